/** Rules of a pod's volumes. */
import { duplicate, forbidden, invalid, required } from '../meta/field-errors.js';
import { dns1123Subdomain } from '../meta/names.js';
import { checkLabel, type Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';
import { checkEphemeral, checkProjected } from './pod-volume-projections.js';
import { REMOTE_SOURCES } from './pod-volume-remote.js';
import * as local from './pod-volume-local.js';

type SourceRule = (errors: Errors, path: Path, source: any, isPod: boolean) => void;

/** In the order in which Kubernetes looks at them. */
const SOURCES: readonly (readonly [field: string, rule: SourceRule])[] = [
  ['emptyDir', local.checkEmptyDir],
  ['hostPath', local.checkHostPath],
  ['gitRepo', local.checkGitRepo],
  ['gcePersistentDisk', REMOTE_SOURCES.gcePersistentDisk],
  ['awsElasticBlockStore', REMOTE_SOURCES.awsElasticBlockStore],
  ['secret', local.checkSecret],
  ['nfs', REMOTE_SOURCES.nfs],
  ['iscsi', REMOTE_SOURCES.iscsi],
  ['glusterfs', REMOTE_SOURCES.glusterfs],
  ['flocker', REMOTE_SOURCES.flocker],
  ['persistentVolumeClaim', local.checkClaim],
  ['rbd', REMOTE_SOURCES.rbd],
  ['cinder', REMOTE_SOURCES.cinder],
  ['cephfs', REMOTE_SOURCES.cephfs],
  ['quobyte', REMOTE_SOURCES.quobyte],
  ['downwardAPI', local.checkDownwardApi],
  ['fc', REMOTE_SOURCES.fc],
  ['flexVolume', REMOTE_SOURCES.flexVolume],
  ['configMap', local.checkConfigMap],
  ['azureFile', REMOTE_SOURCES.azureFile],
  ['vsphereVolume', REMOTE_SOURCES.vsphereVolume],
  ['photonPersistentDisk', REMOTE_SOURCES.photonPersistentDisk],
  ['portworxVolume', REMOTE_SOURCES.portworxVolume],
  ['azureDisk', REMOTE_SOURCES.azureDisk],
  ['storageos', REMOTE_SOURCES.storageos],
  ['projected', checkProjected],
  ['scaleIO', REMOTE_SOURCES.scaleIO],
  ['csi', REMOTE_SOURCES.csi],
  ['ephemeral', checkEphemeral],
  ['image', local.checkImage],
];
const RULES = new Map(SOURCES);
const ORDER = new Map(SOURCES.map(([field], i) => [field, i]));
/** Where Kubernetes' error path is not the field's own name. */
const SPELLINGS: Record<string, string> = { gcePersistentDisk: 'persistentDisk' };

/** The only source that is set; undefined when there are none or several. */
function onlySourceOf(volume: any): string | undefined {
  let only: string | undefined;
  for (const field in volume) {
    if (field === 'name' || volume[field] == null || !RULES.has(field)) continue;
    if (only) return undefined;
    only = field;
  }
  return only;
}

function sourcesOf(volume: any): string[] {
  const fields: string[] = [];
  for (const field in volume) if (volume[field] != null && RULES.has(field)) fields.push(field);
  return fields.length < 2 ? fields : fields.sort((a, b) => ORDER.get(a)! - ORDER.get(b)!);
}

function checkClaimName(errors: Errors, path: Path, podName: string | undefined, volumeName: string | undefined): void {
  if (!podName || !volumeName) return;
  const claim = `${podName}-${volumeName}`;
  for (const message of dns1123Subdomain(claim)) {
    errors.push(invalid(path.child('name'), volumeName, `PVC name ${JSON.stringify(claim)}: ${message}`));
  }
}

function checkSources(errors: Errors, path: Path, volume: any, podName: string | undefined, isPod: boolean): void {
  const only = onlySourceOf(volume);
  const [first, ...others] = only ? [only] : sourcesOf(volume);
  if (!first) return void errors.push(required(path, 'must specify a volume type'));
  RULES.get(first)!(errors, path.child(SPELLINGS[first] ?? first), volume[first], isPod);
  if (first === 'iscsi' && volume.iscsi.initiatorName && `${volume.name}:${volume.iscsi.targetPortal}`.length > 64) {
    const why =
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
    errors.push(invalid(path.child('name'), volume.name, why));
  }
  if (first === 'ephemeral') checkClaimName(errors, path, podName, volume.name);
  for (const other of others) errors.push(forbidden(path.child(other), 'may not specify more than 1 volume type'));
}

const NO_VOLUMES: ReadonlyMap<string, any> = new Map();

function checkClaimReference(
  errors: Errors,
  path: Path,
  volumes: readonly any[],
  claim: string,
  podName: string,
): void {
  if (!volumes.some(({ name, ephemeral }) => ephemeral && `${podName}-${name}` === claim)) return;
  const why = 'must not reference a PVC that gets created for an ephemeral volume';
  errors.push(invalid(path.child('persistentVolumeClaim').child('claimName'), claim, why));
}

/** Returns the volumes without errors by name; only those can be mounted. `podName` is undefined in templates. */
export function checkVolumes(
  errors: Errors,
  path: Path,
  volumes: readonly any[] | undefined,
  podName: string | undefined,
  isPod: boolean,
): ReadonlyMap<string, any> {
  if (!volumes?.length) return NO_VOLUMES;
  const good = new Map<string, any>();
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i];
    const before = errors.length;
    const at = path.index(i);
    checkSources(errors, at, volume, podName, isPod);
    if (!volume.name) errors.push(required(at.child('name')));
    else checkLabel(errors, at, 'name', volume.name);
    if (good.has(volume.name)) errors.push(duplicate(at.child('name'), volume.name));
    if (errors.length === before) good.set(volume.name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && podName) checkClaimReference(errors, at, volumes, claim, podName);
  }
  return good;
}
