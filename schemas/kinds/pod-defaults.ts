/** Defaults of Pods and pod templates, as pkg/apis/core/v1/defaults.go sets them. All in place, all idempotent. */
import type { Container, PodSpec } from '../meta/object.js';
import { pullPolicyOf } from './pod-image-pull-policy.js';
import { canonicalizeResources, defaultPodLevelResources, defaultRequestsFromLimits } from './pod-resource-defaults.js';
import { defaultVolume } from './pod-volume-defaults.js';

function defaultHttpGet(action: any): void {
  if (!action.path) action.path = '/';
  if (!action.scheme) action.scheme = 'HTTP';
}

function defaultProbe(probe: any): void {
  if (!probe.timeoutSeconds) probe.timeoutSeconds = 1;
  if (!probe.periodSeconds) probe.periodSeconds = 10;
  if (!probe.successThreshold) probe.successThreshold = 1;
  if (!probe.failureThreshold) probe.failureThreshold = 3;
  if (probe.httpGet) defaultHttpGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultLifecycle(lifecycle: any): void {
  if (lifecycle.postStart?.httpGet) defaultHttpGet(lifecycle.postStart.httpGet);
  if (lifecycle.preStop?.httpGet) defaultHttpGet(lifecycle.preStop.httpGet);
}

function defaultEnv(env: readonly any[]): void {
  for (const { valueFrom } of env) {
    if (!valueFrom) continue;
    if (valueFrom.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1';
    if (valueFrom.resourceFieldRef) valueFrom.resourceFieldRef.divisor ??= '0';
    if (valueFrom.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
  }
}

/** Of a container of any sort. */
function defaultContainer(container: any): void {
  if (!container.imagePullPolicy) container.imagePullPolicy = pullPolicyOf(container.image);
  if (!container.terminationMessagePath) container.terminationMessagePath = '/dev/termination-log';
  if (!container.terminationMessagePolicy) container.terminationMessagePolicy = 'File';
  if (container.resources) canonicalizeResources(container.resources);
  else container.resources = {};
  if (container.ports) for (const port of container.ports) if (!port.protocol) port.protocol = 'TCP';
  if (container.env) defaultEnv(container.env);
  if (container.livenessProbe) defaultProbe(container.livenessProbe);
  if (container.readinessProbe) defaultProbe(container.readinessProbe);
  if (container.startupProbe) defaultProbe(container.startupProbe);
  if (container.lifecycle) defaultLifecycle(container.lifecycle);
  const context = container.securityContext;
  if (context && context.procMount === '') context.procMount = 'Default';
}

/** `serviceAccount` is the old name; both are always the same. */
function mirrorServiceAccount(spec: PodSpec): void {
  if (!spec.serviceAccountName && spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  if (spec.serviceAccountName && spec.serviceAccount !== spec.serviceAccountName) {
    spec.serviceAccount = spec.serviceAccountName;
  }
}

/** What Pods and pod templates have in common. */
function defaultPodSpec(spec: PodSpec): void {
  if (!spec.dnsPolicy) spec.dnsPolicy = 'ClusterFirst';
  if (!spec.restartPolicy) spec.restartPolicy = 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  if (!spec.schedulerName) spec.schedulerName = 'default-scheduler';
  mirrorServiceAccount(spec);
  if (spec.volumes) for (const volume of spec.volumes) defaultVolume(volume);
  if (spec.containers) for (const container of spec.containers) defaultContainer(container);
  if (spec.initContainers) for (const container of spec.initContainers) defaultContainer(container);
  if (spec.ephemeralContainers) for (const container of spec.ephemeralContainers) defaultContainer(container);
  if (spec.overhead) canonicalizeResources({ limits: spec.overhead });
  if (spec.resources) canonicalizeResources(spec.resources);
}

function defaultHostPorts(containers: readonly Container[] | undefined): void {
  for (const { ports } of containers ?? []) {
    if (ports) for (const port of ports) port.hostPort ||= port.containerPort;
  }
}

/** Only of Pods, not of templates: what would otherwise show up in every workload. */
export function defaultPod(pod: { spec: PodSpec }): void {
  pod.spec ??= {} as PodSpec;
  const { spec } = pod;
  defaultPodSpec(spec);
  if (spec.containers) for (const { resources } of spec.containers) if (resources) defaultRequestsFromLimits(resources);
  if (spec.initContainers) {
    for (const { resources } of spec.initContainers) if (resources) defaultRequestsFromLimits(resources);
  }
  if (spec.resources) defaultPodLevelResources(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    defaultHostPorts(spec.containers);
    defaultHostPorts(spec.initContainers);
  }
}

/** Of a workload's `spec.template`. */
export function defaultPodTemplate(template: { metadata?: object; spec?: PodSpec }): void {
  template.metadata ??= {};
  template.spec ??= {} as PodSpec;
  defaultPodSpec(template.spec);
}
