/** Rules of a whole PodSpec, of Pods and of pod templates, in Kubernetes' order and words (pkg/apis/core/validation). */
import type { FieldError } from '../errors.js';
import { forbidden, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { validateLabels } from '../meta/label-selector.js';
import { validateAnnotations, validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Label, dns1123Subdomain, qualifiedName, rangeMessage } from '../meta/names.js';
import { checkPodAnnotations } from './pod-annotations.js';
import { checkContainers, checkEphemeralContainers, checkImageSpace, checkInitContainers } from './pod-containers.js';
import { checkDns, checkHostAliases } from './pod-dns.js';
import { checkEnum, checkLabel, checkSubdomain, type Errors, INT32_MAX, type PodScope } from './pod-field-rules.js';
import { METADATA, type Path, SPEC } from './pod-path.js';
import { checkOverhead, checkPodResources } from './pod-resources.js';
import { checkAffinity, checkSchedulingGates, checkTolerations, checkTopologySpread } from './pod-scheduling.js';
import { checkHostUsers, checkPodSecurityContext } from './pod-security.js';
import { checkVolumes } from './pod-volumes.js';
import { checkHostProcess, checkOs } from './pod-windows.js';

const RESTART_POLICIES: readonly string[] = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES: readonly string[] = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const HOSTNAME_OVERRIDE_MAX = 64;
const CLAIM_SOURCES = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
const NO_NAMES: readonly string[] = [];

function checkResourceClaims(errors: Errors, path: Path, claims: readonly any[]): readonly string[] {
  const names: string[] = [];
  claims.forEach((claim, i) => {
    const at = path.index(i);
    if (!claim.name) errors.push(required(at.child('name')));
    else if (names.includes(claim.name)) {
      errors.push({ reason: 'FieldValueDuplicate', field: `${at}.name`, message: `Duplicate value: "${claim.name}"` });
    } else pushInvalid(errors, at.child('name'), claim.name, dns1123Label(claim.name));
    if (claim.name) names.push(claim.name);
    const { resourceClaimName: direct, resourceClaimTemplateName: template } = claim;
    if (direct !== undefined && template !== undefined) {
      const why = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(at, claim, why));
    } else if (direct === undefined && template === undefined) errors.push(invalid(at, claim, CLAIM_SOURCES));
    if (direct !== undefined) checkSubdomain(errors, at, 'resourceClaimName', direct);
    if (template !== undefined) checkSubdomain(errors, at, 'resourceClaimTemplateName', template);
  });
  return names;
}

/** On the host's network each container port is a host port; templates may leave that to the pod's defaults. */
function checkHostNetworkPorts(errors: Errors, path: Path, containers: readonly any[], isPod: boolean): void {
  containers.forEach(({ ports }, c) => {
    ports?.forEach(({ hostPort = 0, containerPort }: any, i: number) => {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) return;
      const at = path.index(c).child('ports').index(i).child('hostPort');
      errors.push(invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    });
  });
}

function checkReadinessGates(errors: Errors, path: Path, gates: readonly any[]): void {
  gates.forEach(({ conditionType = '' }, i) => {
    pushInvalid(errors, path.index(i).child('conditionType'), conditionType, qualifiedName(conditionType));
  });
}

function checkNames(errors: Errors, path: Path, spec: any): void {
  if (spec.serviceAccountName) checkSubdomain(errors, path, 'serviceAccountName', spec.serviceAccountName);
  if (spec.nodeName) checkSubdomain(errors, path, 'nodeName', spec.nodeName);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    errors.push(invalid(path.child('activeDeadlineSeconds'), deadline, rangeMessage(1, INT32_MAX)));
  }
  if (spec.hostname) checkLabel(errors, path, 'hostname', spec.hostname);
  if (spec.subdomain) checkLabel(errors, path, 'subdomain', spec.subdomain);
  if (spec.hostnameOverride !== undefined) checkHostnameOverride(errors, path, spec);
}

function checkHostnameOverride(errors: Errors, path: Path, spec: any): void {
  const { hostnameOverride: name } = spec;
  const at = path.child('hostnameOverride');
  pushInvalid(errors, at, name, dns1123Subdomain(name));
  if (name.length > HOSTNAME_OVERRIDE_MAX) {
    errors.push({
      reason: 'FieldValueTooLong',
      field: String(at),
      message: `Too long: may not be more than ${HOSTNAME_OVERRIDE_MAX} bytes`,
    });
  }
  if (spec.hostNetwork) errors.push(invalid(at, name, 'may not be specified when hostNetwork is true'));
  if (spec.setHostnameAsFQDN) errors.push(invalid(at, name, 'may not be specified when setHostnameAsFQDN is true'));
}

/** The rest of the spec, rare enough to be looked at only where it is set. */
function checkPlacementAndPriority(errors: Errors, path: Path, spec: any): void {
  if (spec.tolerations) checkTolerations(errors, path.child('tolerations'), spec.tolerations);
  if (spec.hostAliases) checkHostAliases(errors, path.child('hostAliases'), spec.hostAliases);
  if (spec.priorityClassName) checkSubdomain(errors, path, 'priorityClassName', spec.priorityClassName);
  if (spec.runtimeClassName !== undefined) checkSubdomain(errors, path, 'runtimeClassName', spec.runtimeClassName);
  if (spec.preemptionPolicy !== undefined) {
    checkEnum(errors, path, 'preemptionPolicy', spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  }
  if (spec.overhead) checkOverhead(errors, path.child('overhead'), spec.overhead);
  if (spec.os) checkOs(errors, path, spec);
}

function checkSpecMiddle(errors: Errors, path: Path, spec: any, isPod: boolean): void {
  if (spec.hostNetwork) checkHostNetworkPorts(errors, path.child('containers'), spec.containers ?? [], isPod);
  checkEnum(errors, path, 'restartPolicy', spec.restartPolicy, RESTART_POLICIES);
  checkEnum(errors, path, 'dnsPolicy', spec.dnsPolicy, DNS_POLICIES);
  if (spec.nodeSelector) validateLabels(errors, spec.nodeSelector, path.child('nodeSelector'));
  if (spec.securityContext) {
    checkPodSecurityContext(errors, path.child('securityContext'), spec.securityContext, spec);
  }
  if (spec.affinity) checkAffinity(errors, path.child('affinity'), spec.affinity);
  if (spec.dnsConfig || spec.dnsPolicy === 'None') {
    checkDns(errors, path.child('dnsConfig'), spec.dnsPolicy, spec.dnsConfig);
  }
  if (spec.readinessGates) checkReadinessGates(errors, path.child('readinessGates'), spec.readinessGates);
  if (spec.schedulingGates) checkSchedulingGates(errors, path.child('schedulingGates'), spec.schedulingGates);
  if (spec.topologySpreadConstraints) {
    checkTopologySpread(errors, path.child('topologySpreadConstraints'), spec.topologySpreadConstraints);
  }
  checkHostProcess(errors, path, spec);
  checkHostUsers(errors, path, spec);
}

/** `podName` names a pod's ephemeral claims; undefined in templates. `isPod` is false for templates. */
function checkPodSpec(errors: Errors, path: Path, spec: any, podName: string | undefined, isPod: boolean): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(path.child('terminationGracePeriodSeconds')));
  }
  const volumes = checkVolumes(errors, path.child('volumes'), spec.volumes, podName, isPod);
  const claims = spec.resourceClaims;
  const scope: PodScope = {
    volumes,
    claimNames: claims ? checkResourceClaims(errors, path.child('resourceClaims'), claims) : NO_NAMES,
    gracePeriod: spec.terminationGracePeriodSeconds,
    restartPolicy: spec.restartPolicy,
    hostUsers: spec.hostUsers !== false,
  };
  checkContainers(errors, path.child('containers'), spec.containers, scope);
  if (spec.initContainers) checkInitContainers(errors, path.child('initContainers'), spec, scope);
  if (spec.ephemeralContainers) checkEphemeralContainers(errors, path.child('ephemeralContainers'), spec, scope);
  if (spec.resources) checkPodResources(errors, path.child('resources'), spec);
  checkSpecMiddle(errors, path, spec, isPod);
  checkNames(errors, path, spec);
  checkPlacementAndPriority(errors, path, spec);
}

/** Tokens need an account. */
function checkTokenAccount(errors: Errors, volumes: readonly any[]): void {
  volumes.forEach(({ projected }, v) => {
    projected?.sources?.forEach((source: any, s: number) => {
      if (!source.serviceAccountToken) return;
      const at = SPEC.child('volumes')
        .index(v)
        .child('projected')
        .child('sources')
        .index(s)
        .child('serviceAccountToken');
      errors.push(forbidden(at, 'must not be specified when serviceAccountName is not set'));
    });
  });
}

const RULES = { namespaced: true, nameRule: dns1123Subdomain };
const ANNOTATIONS = METADATA.child('annotations');
const CONTAINERS = SPEC.child('containers');
const INIT_CONTAINERS = SPEC.child('initContainers');

function checkImages(errors: Errors, path: Path, containers: readonly any[]): void {
  for (let i = 0; i < containers.length; i++) checkImageSpace(errors, path.index(i), containers[i]);
}

/** A pod that has its defaults. */
export function validatePod(pod: any): FieldError[] {
  const errors = validateObjectMeta(pod.metadata, RULES);
  const spec = pod.spec ?? {};
  if (pod.metadata.annotations) checkPodAnnotations(errors, ANNOTATIONS, pod.metadata.annotations, spec);
  checkPodSpec(errors, SPEC, spec, pod.metadata.name, true);
  if (!spec.serviceAccountName && spec.volumes) checkTokenAccount(errors, spec.volumes);
  if (spec.containers) checkImages(errors, CONTAINERS, spec.containers);
  if (spec.initContainers) checkImages(errors, INIT_CONTAINERS, spec.initContainers);
  return errors;
}

/** What holds only at the creation of a pod. */
export function validatePodCreate(pod: any): FieldError[] {
  const errors: FieldError[] = [];
  if (pod.spec.ephemeralContainers?.length) {
    errors.push(forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create'));
  }
  if (pod.spec.nodeName && pod.spec.schedulingGates?.length) {
    errors.push(forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}

/** Of a workload whose pods run for ever: Deployments, ReplicaSets. */
export function checkLastingTemplate(errors: Errors, path: Path, template: any): void {
  checkPodTemplate(errors, path, template);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  const spec = path.child('spec');
  if (restartPolicy && restartPolicy !== 'Always') {
    errors.push(notSupported(spec.child('restartPolicy'), restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden(spec.child('activeDeadlineSeconds'), why));
  }
}

function checkPodTemplate(errors: Errors, path: Path, template: any): void {
  const { labels, annotations } = template.metadata ?? {};
  const spec = template.spec ?? {};
  if (labels) validateLabels(errors, labels, path.child('labels'));
  if (annotations) {
    validateAnnotations(errors, annotations, String(path.child('annotations')));
    checkPodAnnotations(errors, path.child('annotations'), annotations, spec);
  }
  checkPodSpec(errors, path.child('spec'), spec, undefined, false);
  if (spec.ephemeralContainers?.length) {
    const why = 'ephemeral containers not allowed in pod template';
    errors.push(forbidden(path.child('spec').child('ephemeralContainers'), why));
  }
}
