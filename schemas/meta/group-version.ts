/** A group and a version as objects write them. */

/** `v1` in the core group, `apps/v1` elsewhere. */
export function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group ? `${group}/${version}` : version;
}
