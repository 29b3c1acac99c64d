/** Rules of `volumeMounts` and `volumeDevices`. */
import { forbidden, invalid, notFound, notSupported, required } from '../meta/field-errors.js';
import { checkDescendingPath, type Errors, type PodScope } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

const PROPAGATIONS: readonly string[] = ['Bidirectional', 'HostToContainer', 'None'];

function checkPropagation(errors: Errors, list: Path, mount: any, container: any): void {
  const path = list.child('mountPropagation');
  if (!PROPAGATIONS.includes(mount.mountPropagation)) {
    errors.push(notSupported(path, mount.mountPropagation, PROPAGATIONS));
  }
  if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

function checkRecursiveReadOnly(errors: Errors, list: Path, mount: any): void {
  const path = list.child('recursiveReadOnly');
  const mode = mount.recursiveReadOnly;
  if (mode === 'Disabled') return;
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    errors.push(notSupported(path, mode, ['Disabled', 'Enabled', 'IfPossible']));
    return;
  }
  if (!mount.readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  }
}

function checkSubPaths(errors: Errors, list: Path, item: Path, mount: any, volume: any): void {
  const { subPath, subPathExpr } = mount;
  const onImage = 'not allowed in image volume sources';
  if (volume?.image && subPath) errors.push(invalid(item.child('subPath'), subPath, onImage));
  if (volume?.image && subPathExpr) errors.push(invalid(item.child('subPathExpr'), subPathExpr, onImage));
  if (subPath) checkDescendingPath(errors, list, 'subPath', subPath);
  if (!subPathExpr) return;
  if (subPath) {
    errors.push(invalid(item.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  }
  checkDescendingPath(errors, list, 'subPathExpr', subPathExpr);
}

function isRepeated(mounts: readonly any[], i: number): boolean {
  for (let j = 0; j < i; j++) if (mounts[j].mountPath === mounts[i].mountPath) return true;
  return false;
}

function checkAgainstDevices(errors: Errors, item: Path, mount: any, devices: readonly any[]): void {
  if (devices.some((device) => device.name === mount.name)) {
    errors.push(invalid(item.child('name'), mount.name, 'must not already exist in volumeDevices'));
  }
  if (devices.some((device) => device.devicePath === mount.mountPath)) {
    errors.push(invalid(item.child('mountPath'), mount.mountPath, 'must not already exist as a path in volumeDevices'));
  }
}

/** Found, alone at its place, and nothing special: nearly always. */
function isOrdinary(mounts: readonly any[], i: number, scope: PodScope): boolean {
  const mount = mounts[i];
  if (!mount.mountPath || !scope.volumes.has(mount.name) || (i > 0 && isRepeated(mounts, i))) return false;
  return !mount.subPath && !mount.subPathExpr && !mount.mountPropagation && mount.recursiveReadOnly === undefined;
}

export function checkVolumeMounts(errors: Errors, container: Path, owner: any, scope: PodScope): void {
  const mounts: readonly any[] = owner.volumeMounts;
  for (let i = 0; i < mounts.length; i++) {
    if (!owner.volumeDevices && isOrdinary(mounts, i, scope)) continue;
    const mount = mounts[i];
    const item = () => container.child('volumeMounts').index(i);
    const volume = scope.volumes.get(mount.name);
    if (!mount.name) errors.push(required(item().child('name')));
    if (!volume) errors.push(notFound(item().child('name'), mount.name ?? ''));
    if (!mount.mountPath) errors.push(required(item().child('mountPath')));
    if (i > 0 && isRepeated(mounts, i)) {
      errors.push(invalid(item().child('mountPath'), mount.mountPath, 'must be unique'));
    }
    if (owner.volumeDevices) checkAgainstDevices(errors, item(), mount, owner.volumeDevices);
    const list = () => container.child('volumeMounts'); // Kubernetes leaves the index out of the paths below.
    if (mount.subPath || mount.subPathExpr) checkSubPaths(errors, list(), item(), mount, volume);
    if (mount.mountPropagation !== undefined) checkPropagation(errors, list(), mount, owner);
    if (mount.recursiveReadOnly !== undefined) checkRecursiveReadOnly(errors, list(), mount);
  }
}

function checkDevicePath(errors: Errors, path: Path, device: any, seen: Set<string>): void {
  const { devicePath } = device;
  if (!devicePath) errors.push(required(path.child('devicePath')));
  if (seen.has(devicePath)) errors.push(invalid(path.child('devicePath'), devicePath, 'must be unique'));
  if (devicePath?.split('/').includes('..')) {
    errors.push(invalid(path.child('devicePath'), devicePath, "can not contain backsteps ('..')"));
  } else {
    seen.add(devicePath);
  }
}

export function checkVolumeDevices(errors: Errors, container: Path, owner: any, scope: PodScope): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts: readonly any[] = owner.volumeMounts ?? [];
  (owner.volumeDevices as readonly any[]).forEach((device, i) => {
    const path = container.child('volumeDevices').index(i);
    const name: string = device.name ?? '';
    const volume = scope.volumes.get(name);
    if (!name) errors.push(required(path.child('name')));
    if (names.has(name)) errors.push(invalid(path.child('name'), name, 'must be unique'));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(path.child('name'), name, why));
    }
    if (!volume) errors.push(notFound(path.child('name'), name));
    checkDevicePath(errors, path, device, paths);
    if (mounts.some((mount) => mount.name === name)) {
      errors.push(invalid(path.child('name'), name, 'must not already exist in volumeMounts'));
    }
    if (mounts.some((mount) => mount.mountPath === device.devicePath)) {
      errors.push(
        invalid(path.child('devicePath'), device.devicePath, 'must not already exist as a path in volumeMounts'),
      );
    }
    if (name) names.add(name);
  });
}
