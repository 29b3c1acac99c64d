/** Which slot of its type a key belongs to: the unit of ownership. The numbers are recorded in the store at first start and never change for a cluster. */
const manySlots = 64;
const fewSlots = 8;
const busyTypes = new Set(['pods', 'events', 'leases.coordination.k8s.io']);

export function slotsOf(type: string): number {
  return busyTypes.has(type) ? manySlots : fewSlots;
}

/** FNV-1a over the key's UTF-16 units, which for Kubernetes' names are their bytes. */
export function slotOf(type: string, key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % slotsOf(type);
}
