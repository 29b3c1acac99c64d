/** `npm start -- --demo`: runs deploy/examples/hello.yaml and serves a page that shows which pod answered. */
import type { Progress } from './progress.js';

export interface DemoOptions {
  readonly kubeconfigPath: string;
  readonly dataFolder: string;
  readonly runtime: 'docker' | 'simulated';
  readonly progress: Progress;
}

export async function startDemo({ progress }: DemoOptions): Promise<void> {
  progress.say('The demo is not there yet.');
}
