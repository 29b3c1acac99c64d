/** Closes ending namespaces: protocol.md 7. Declared here so that the namespace controller needs no store. */
export abstract class NamespaceGuards {
  /** From when this resolves, no create of the type that was admitted to this namespace's uid is committed. Repeatable. */
  abstract close(type: string, namespaceUid: string): Promise<void>;
}
