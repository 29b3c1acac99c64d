/** All subjects of the bus in one file. No object name ever becomes a token of a subject: names contain dots. */

/** Asks of the actors of one shard. */
export const askSubject = (type: string, slot: number): string => `ask.${type.replaceAll('.', '-')}.${slot}`;

/** Node names may contain dots; a subject token may not. */
const nodeToken = (node: string): string => node.replaceAll('.', '_');

/** Agent → its node-link actor. */
export const nodeUpSubject = (node: string): string => `up.${nodeToken(node)}`;

/** node-link → agent. */
export const nodeDownSubject = (node: string): string => `down.${nodeToken(node)}`;

/** Gateway → agent: exec, attach, port-forward, logs. */
export const nodeStreamSubject = (node: string): string => `stream.${nodeToken(node)}`;
