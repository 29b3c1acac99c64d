/** What a container left as its last words: the termination file, or the end of its log after an error. */
import { streamEnd } from './stream-end.js';
import type { Container, Pod } from '../../schemas/meta/object.js';
import type { ContainerState } from '../containers/container-runtime.js';
import { agentLimits } from './agent-limits.js';
import { terminationFile } from './container-starter.js';
import { namesOfContainers } from './pod-facts.js';
import type { PodServices } from './pod-services.js';

/** Never rejects. At most 4 KiB, and all of a pod's together at most 12 KiB. */
export async function terminationMessage(
  services: PodServices,
  pod: Pod,
  container: Container,
  state: ContainerState,
): Promise<string> {
  const share = Math.floor(agentLimits.terminationMessagesBytesMax / Math.max(1, namesOfContainers(pod).length));
  const bytesMax = Math.min(agentLimits.terminationMessageBytesMax, share);
  try {
    const file = terminationFile(container.name, state.attempt);
    const text = await services.volumes.readFile(pod.metadata.uid, file, bytesMax);
    if (text || state.exitCode === 0 || container.terminationMessagePolicy !== 'FallbackToLogsOnError') return text;
    return await endOfLog(services, state, Math.min(bytesMax, agentLimits.fallbackLogBytesMax));
  } catch {
    return '';
  }
}

async function endOfLog(services: PodServices, state: ContainerState, bytesMax: number): Promise<string> {
  const stream = streamEnd(64 * 1024);
  const options = { follow: false, previous: false, timestamps: false, tailLines: agentLimits.fallbackLogLinesMax };
  await services.runtime.logs(state.id, options, stream);
  return stream.text().slice(-bytesMax);
}
