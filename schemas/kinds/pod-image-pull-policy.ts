/** The default of imagePullPolicy, which depends on the image's tag. */

/** `Always` for `latest` and for no tag at all, unless a digest pins the image; `IfNotPresent` otherwise. */
export function pullPolicyOf(image: string | undefined): 'Always' | 'IfNotPresent' {
  if (!image) return 'IfNotPresent';
  const at = image.indexOf('@');
  const name = at < 0 ? image : image.slice(0, at);
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  if (!tagged) return at < 0 ? 'Always' : 'IfNotPresent';
  return colon === name.length - 7 && name.endsWith(':latest') ? 'Always' : 'IfNotPresent';
}
