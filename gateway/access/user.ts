/** Who makes a request. One object per client certificate or token, so that what depends on the user can be kept by identity. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** With the group that every authenticated user is in. */
export function authenticated(user: User): User {
  if (user.groups.includes('system:authenticated')) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}
