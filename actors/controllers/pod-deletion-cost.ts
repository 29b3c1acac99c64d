/** The annotation by which a pod says how dear its deletion is. */
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** An int32; 0 where absent or malformed. */
export function deletionCostOf(annotations: Readonly<Record<string, string>> | undefined): number {
  const text = annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9]\d{0,9})$/.test(text)) return 0;
  const cost = Number(text);
  return cost === (cost | 0) ? cost : 0;
}
