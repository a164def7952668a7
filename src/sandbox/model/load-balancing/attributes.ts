import { ApiError } from '../../wire/api-error.js'
import type { BalancerType } from './records.js'

/**
 * What an attribute is when nobody has set it, and which values the sandbox obeys; one without `values` keeps its default, and
 * another value is refused: it would have no effect here. Source: ELB API reference, LoadBalancerAttribute and
 * TargetGroupAttribute.
 */
interface Attribute {
  readonly default: string
  readonly values?: RegExp
}

type Attributes = Readonly<Record<string, Attribute>>

const flag = /^(?:true|false)$/

const ofEveryBalancer: Attributes = {
  'access_logs.s3.bucket': { default: '' },
  'access_logs.s3.enabled': { default: 'false' },
  'access_logs.s3.prefix': { default: '' },
  'deletion_protection.enabled': { default: 'false', values: flag },
  'ipv6.deny_all_igw_traffic': { default: 'false' },
  'zonal_shift.config.enabled': { default: 'false' },
}

const balancerAttributes: Readonly<Record<BalancerType, Attributes>> = {
  application: {
    ...ofEveryBalancer,
    'client_keep_alive.seconds': { default: '3600' },
    'connection_logs.s3.bucket': { default: '' },
    'connection_logs.s3.enabled': { default: 'false' },
    'connection_logs.s3.prefix': { default: '' },
    'idle_timeout.timeout_seconds': { default: '60', values: /^(?:[1-9]\d{0,2}|[1-3]\d{3}|4000)$/ },
    'load_balancing.cross_zone.enabled': { default: 'true' },
    'routing.http.desync_mitigation_mode': { default: 'defensive' },
    'routing.http.drop_invalid_header_fields.enabled': { default: 'false' },
    'routing.http.preserve_host_header.enabled': { default: 'false' },
    'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': { default: 'false' },
    'routing.http.xff_client_port.enabled': { default: 'false' },
    'routing.http.xff_header_processing.mode': { default: 'append' },
    'routing.http2.enabled': { default: 'true' },
    'waf.fail_open.enabled': { default: 'false' },
  },
  network: {
    ...ofEveryBalancer,
    'dns_record.client_routing_policy': { default: 'any_availability_zone' },
    'load_balancing.cross_zone.enabled': { default: 'false', values: flag },
  },
}

const ofEveryGroup: Attributes = {
  'deregistration_delay.timeout_seconds': { default: '300', values: /^(?:\d{1,3}|[1-2]\d{3}|3[0-5]\d{2}|3600)$/ },
  'load_balancing.cross_zone.enabled': { default: 'use_load_balancer_configuration' },
  'target_group_health.dns_failover.minimum_healthy_targets.count': { default: '1' },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': { default: 'off' },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': { default: '1' },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': { default: 'off' },
  'stickiness.enabled': { default: 'false', values: flag },
}

const groupAttributes: Readonly<Record<'HTTP' | 'TCP', Attributes>> = {
  HTTP: {
    ...ofEveryGroup,
    'load_balancing.algorithm.anomaly_mitigation': { default: 'off' },
    'load_balancing.algorithm.type': { default: 'round_robin' },
    'slow_start.duration_seconds': { default: '0' },
    'stickiness.app_cookie.cookie_name': { default: '' },
    'stickiness.app_cookie.duration_seconds': { default: '86400' },
    'stickiness.lb_cookie.duration_seconds': { default: '86400', values: /^[1-9]\d{0,5}$/ },
    'stickiness.type': { default: 'lb_cookie' },
  },
  TCP: {
    ...ofEveryGroup,
    'deregistration_delay.connection_termination.enabled': { default: 'false', values: flag },
    'preserve_client_ip.enabled': { default: 'true', values: flag },
    'proxy_protocol_v2.enabled': { default: 'false' },
    'stickiness.type': { default: 'source_ip' },
    'target_health_state.unhealthy.connection_termination.enabled': { default: 'true' },
    'target_health_state.unhealthy.draining_interval_seconds': { default: '0' },
  },
}

interface Attributed {
  readonly attributes: Readonly<Record<string, string>>
}

export function attributesOfBalancer({ type, attributes }: Attributed & { readonly type: BalancerType }) {
  return filled(balancerAttributes[type], attributes)
}

export function attributesOfGroup({ protocol, attributes }: Attributed & { readonly protocol: 'HTTP' | 'TCP' }) {
  return filled(groupAttributes[protocol], attributes)
}

function filled(known: Attributes, set: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(known).map(([key, attribute]) => [key, set[key] ?? attribute.default]))
}

type Request = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]

export function withBalancerAttributes(
  balancer: Attributed & { readonly type: BalancerType },
  request: Request,
): Readonly<Record<string, string>> {
  return changed(balancerAttributes[balancer.type], balancer.attributes, request, 'Load balancer')
}

export function withGroupAttributes(
  group: Attributed & { readonly protocol: 'HTTP' | 'TCP' },
  request: Request,
): Readonly<Record<string, string>> {
  return changed(groupAttributes[group.protocol], group.attributes, request, 'Target group')
}

function changed(
  known: Attributes,
  before: Readonly<Record<string, string>>,
  request: Request,
  what: string,
): Readonly<Record<string, string>> {
  const after = { ...before }
  for (const { Key: key = '', Value: value = '' } of request) {
    const attribute = Object.hasOwn(known, key) ? known[key] : undefined
    if (attribute === undefined)
      throw new ApiError('InvalidConfigurationRequest', `${what} attribute key '${key}' is not recognized`)
    if (value !== attribute.default && attribute.values === undefined) {
      const message = `The evenkeel sandbox does not support the value ${value} of the attribute ${key}.`
      throw new ApiError('UnsupportedOperation', message)
    }
    if (attribute.values?.test(value) === false)
      throw new ApiError('InvalidConfigurationRequest', `The value of '${key}' cannot be '${value}'`)
    after[key] = value
  }
  return after
}
