/** Defaults of a pod's volumes. */
import { canonicalQuantity } from '../meta/quantity.js';
import { pullPolicyOf } from './pod-image-pull-policy.js';

const MODE = 0o644;

function defaultSizeLimit(emptyDir: any): void {
  const canonical = canonicalQuantity(emptyDir.sizeLimit);
  if (canonical !== undefined && canonical !== emptyDir.sizeLimit) emptyDir.sizeLimit = canonical;
}

function defaultDownwardItems(items: readonly any[] | undefined): void {
  for (const item of items ?? []) {
    if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1';
    if (item.resourceFieldRef) item.resourceFieldRef.divisor ??= '0';
  }
}

function defaultProjected(projected: any): void {
  projected.defaultMode ??= MODE;
  for (const source of projected.sources ?? []) {
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
    if (source.downwardAPI) defaultDownwardItems(source.downwardAPI.items);
  }
}

function defaultAzureDisk(disk: any): void {
  disk.cachingMode ??= 'ReadWrite';
  disk.kind ??= 'Shared';
  disk.fsType ??= 'ext4';
  disk.readOnly ??= false;
}

function defaultRbd(rbd: any): void {
  rbd.pool ||= 'rbd';
  rbd.user ||= 'admin';
  rbd.keyring ||= '/etc/ceph/keyring';
}

/** A volume without a source is an emptyDir. */
export function defaultVolume(volume: any): void {
  let sources = 0;
  for (const field in volume) if (field !== 'name' && volume[field] != null) sources++;
  if (sources === 0) volume.emptyDir = {};
  if (volume.emptyDir?.sizeLimit !== undefined) defaultSizeLimit(volume.emptyDir);
  if (volume.configMap) volume.configMap.defaultMode ??= MODE;
  if (volume.secret) volume.secret.defaultMode ??= MODE;
  if (volume.projected) defaultProjected(volume.projected);
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= MODE;
    defaultDownwardItems(volume.downwardAPI.items);
  }
  if (volume.image) volume.image.pullPolicy ||= pullPolicyOf(volume.image.reference);
  if (volume.ephemeral?.volumeClaimTemplate?.spec)
    volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  if (volume.iscsi) volume.iscsi.iscsiInterface ||= 'default';
  if (volume.rbd) defaultRbd(volume.rbd);
  if (volume.azureDisk) defaultAzureDisk(volume.azureDisk);
  if (volume.scaleIO) {
    volume.scaleIO.storageMode ||= 'ThinProvisioned';
    volume.scaleIO.fsType ||= 'xfs';
  }
}
