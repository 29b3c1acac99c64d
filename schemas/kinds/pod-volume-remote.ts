/** Rules of the volumes that live on storage systems. Most are remains of in-tree drivers that templates may still name. */
import { invalid, notSupported, pushInvalid, required, tooLong } from '../meta/field-errors.js';
import { dns1123Subdomain, rangeMessage } from '../meta/names.js';
import { checkLabel, checkRequired, type Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

type Rule = (errors: Errors, path: Path, source: any) => void;

/** Only that these fields are there. */
const needs =
  (...fields: readonly string[]): Rule =>
  (errors, path, source) => {
    for (const field of fields) checkRequired(errors, path, field, source[field]?.length);
  };

const PARTITION = rangeMessage(1, 255);
const LUN = rangeMessage(0, 255);
const CSI_DRIVER_MAX = 63;

function checkPartition(errors: Errors, path: Path, partition = 0): void {
  if (partition < 0 || partition > 255) errors.push(invalid(path.child('partition'), partition, PARTITION));
}

function checkSecretName(errors: Errors, path: Path, ref: any, field = 'secretRef'): void {
  if (ref && !ref.name) errors.push(required(path.child(field).child('name')));
}

const checkGceDisk: Rule = (errors, path, source) => {
  checkRequired(errors, path, 'pdName', source.pdName);
  checkPartition(errors, path, source.partition);
};

const checkAwsDisk: Rule = (errors, path, source) => {
  checkRequired(errors, path, 'volumeID', source.volumeID);
  checkPartition(errors, path, source.partition);
};

const checkNfs: Rule = (errors, path, source) => {
  checkRequired(errors, path, 'server', source.server);
  checkRequired(errors, path, 'path', source.path);
  if (!source.path?.startsWith('/')) {
    errors.push(invalid(path.child('path'), source.path ?? '', 'must be an absolute path'));
  }
};

const isInitiator = (name: string) => /^(iqn|eui|naa)/.test(name);
const INITIATOR = /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$|^eui.[A-Za-z0-9]{16}$|^naa.[A-Za-z0-9]{32}$/;

function checkInitiator(errors: Errors, path: Path, name: string): void {
  if (!isInitiator(name)) errors.push(invalid(path, name, 'must be valid format starting with iqn, eui, or naa'));
  else if (!INITIATOR.test(name)) errors.push(invalid(path, name, 'must be valid format'));
}

const checkIscsi: Rule = (errors, path, source) => {
  checkRequired(errors, path, 'targetPortal', source.targetPortal);
  if (!source.iqn) errors.push(required(path.child('iqn')));
  else checkInitiator(errors, path.child('iqn'), source.iqn);
  const lun = source.lun ?? 0;
  if (lun < 0 || lun > 255) errors.push(invalid(path.child('lun'), lun, LUN));
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) {
    errors.push(required(path.child('secretRef')));
  }
  if (source.initiatorName !== undefined) checkInitiator(errors, path.child('initiatorname'), source.initiatorName);
};

const checkFlocker: Rule = (errors, path, { datasetName = '', datasetUUID = '' }) => {
  if (!datasetName && !datasetUUID) errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (datasetName && datasetUUID) {
    errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  }
  if (datasetName.includes('/')) errors.push(invalid(path.child('datasetName'), datasetName, "must not contain '/'"));
};

const checkCinder: Rule = (errors, path, source) => {
  checkRequired(errors, path, 'volumeID', source.volumeID);
  checkSecretName(errors, path, source.secretRef);
};

const checkQuobyte: Rule = (errors, path, source) => {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  if (!source.registry) errors.push(required(path.child('registry'), pairs));
  else if (source.tenant?.length >= 65) {
    errors.push(required(path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    for (const pair of source.registry.split(',')) {
      if (!/^([^:[\]]*|\[[^\]]*\]):[^:]*$/.test(pair))
        errors.push(invalid(path.child('registry'), source.registry, pairs));
    }
  }
  checkRequired(errors, path, 'volume', source.volume);
};

const checkFc: Rule = (errors, path, { targetWWNs = [], wwids = [], lun }) => {
  const at = path.child('targetWWNs');
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(at, 'must specify either targetWWNs or wwids, but not both'));
  }
  if (targetWWNs.length === 0) return;
  if (wwids.length > 0) {
    errors.push(invalid(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  }
  if (lun === undefined) errors.push(required(path.child('lun'), 'lun is required if targetWWNs is specified'));
  else if (lun < 0 || lun > 255) errors.push(invalid(path.child('lun'), lun, LUN));
};

const checkFlexVolume: Rule = (errors, path, source) => {
  checkRequired(errors, path, 'driver', source.driver);
  for (const key of Object.keys(source.options ?? {})) {
    const domain = `.${key.split('/')[0]!.toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      errors.push(invalid(path.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
};

const CACHING: readonly string[] = ['None', 'ReadOnly', 'ReadWrite'];
const DISK_KINDS: readonly string[] = ['Dedicated', 'Managed', 'Shared'];
const MANAGED_URI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

const checkAzureDisk: Rule = (errors, path, { diskName, diskURI = '', cachingMode, kind }) => {
  checkRequired(errors, path, 'diskName', diskName);
  checkRequired(errors, path, 'diskURI', diskURI);
  if (cachingMode !== undefined && !CACHING.includes(cachingMode)) {
    errors.push(notSupported(path.child('cachingMode'), cachingMode, CACHING));
  }
  if (kind !== undefined && !DISK_KINDS.includes(kind)) errors.push(notSupported(path.child('kind'), kind, DISK_KINDS));
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) {
    errors.push(notSupported(path.child('diskURI'), diskURI, [MANAGED_URI]));
  } else if (kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://')) {
    errors.push(notSupported(path.child('diskURI'), diskURI, [BLOB_URI]));
  }
};

const checkStorageOs: Rule = (errors, path, source) => {
  if (!source.volumeName) errors.push(required(path.child('volumeName')));
  else checkLabel(errors, path, 'volumeName', source.volumeName);
  if (source.volumeNamespace) checkLabel(errors, path, 'volumeNamespace', source.volumeNamespace);
  checkSecretName(errors, path, source.secretRef);
};

const checkCsi: Rule = (errors, path, { driver = '', nodePublishSecretRef }) => {
  const at = path.child('driver');
  if (!driver) errors.push(required(at));
  if (driver.length > CSI_DRIVER_MAX) errors.push(tooLong(at, '', CSI_DRIVER_MAX));
  pushInvalid(errors, at, driver, dns1123Subdomain(driver.toLowerCase()));
  checkSecretName(errors, path, nodePublishSecretRef, 'nodePublishSecretRef');
  const name = nodePublishSecretRef?.name;
  if (name) pushInvalid(errors, path.child('name'), name, dns1123Subdomain(name));
};

export const REMOTE_SOURCES = {
  gcePersistentDisk: checkGceDisk,
  awsElasticBlockStore: checkAwsDisk,
  nfs: checkNfs,
  iscsi: checkIscsi,
  glusterfs: needs('endpoints', 'path'),
  flocker: checkFlocker,
  rbd: needs('monitors', 'image'),
  cinder: checkCinder,
  cephfs: needs('monitors'),
  quobyte: checkQuobyte,
  fc: checkFc,
  flexVolume: checkFlexVolume,
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: checkAzureDisk,
  storageos: checkStorageOs,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi: checkCsi,
} satisfies Record<string, Rule>;
