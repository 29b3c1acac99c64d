/** Whoever signs tokens for service accounts: the node-link only asks for pods of its own node. */
export interface TokenIssuer {
  issue(request: {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly pod: { readonly name: string; readonly uid: string };
    readonly audiences: readonly string[];
    readonly expirationSeconds: number;
  }): Promise<{ token: string; expiresAtMs: number }>;
}
