/** The phases of a pod that it never leaves. */

/** Whether a pod in this phase has ended for good: it holds no resources, and nothing of it starts again. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
