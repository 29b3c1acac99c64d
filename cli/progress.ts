/** Visible progress on stderr: one line when something long begins, one when it is done. */
export class Progress {
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    process.stderr.write(`${title} …\n`);
    const result = await work();
    process.stderr.write(`${title}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
    return result;
  }

  say(line: string): void {
    process.stderr.write(`${line}\n`);
  }
}
