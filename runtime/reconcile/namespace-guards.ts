/** The port by which the namespace controller shuts a type's door before its last listing: a guard `closed/<uid>` beside the type's objects (protocol 7). */
export abstract class NamespaceGuards {
  /** From when it resolves, no object of `type` can be created in the namespace with this uid. Repeatable; never undone. */
  abstract close(type: string, namespaceUid: string): Promise<void>;
}
