/** `npm run k`: a small client for a cluster, where kubectl isn't installed. */
export async function k(args: readonly string[]): Promise<number> {
  process.stderr.write(`k: unknown command ${JSON.stringify(args[0] ?? '')}\n`);
  return 1;
}
