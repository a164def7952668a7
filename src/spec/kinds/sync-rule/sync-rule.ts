import { required } from '../../../core/assert.js'
import { addressOf } from '../../../model/address.js'
import type { Context } from '../../context.js'
import { secondsOf } from '../duration.js'
import { findServer, serverAddress, serversOfCount } from '../../references/names.js'
import { parseTemplate } from '../../references/templates.js'
import type { RollingSpec, SyncEndpoint, SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { SyncRuleShape } from '../../shape/stack-shape.generated.js'
import { parseWrittenEndpoint, sourcesOf } from './written-endpoint.js'
import type { WrittenEndpoint } from './written-endpoint.js'
import type { Template } from '../../../model/template.js'

/** The rule; where it writes to `web[*]`, one for each server. No mistake is in it any more. */
export function syncsOf(context: Context, name: string, entry: SyncRuleShape): readonly SyncSpec[] {
  const to = parseWrittenEndpoint(required(entry.to, 'to'))
  const rule: Omit<SyncSpec, 'address' | 'to'> = {
    from: sourcesOf(entry.from).map((from) => endpointOf(context, parseWrittenEndpoint(from))),
    method: entry.method ?? 'files',
    via: entry.via ?? 'direct',
    delete: entry.delete ?? false,
    include: patternsOf(entry.include),
    exclude: patternsOf(entry.exclude),
    owner: entry.owner,
    chmod: entry.chmod,
    checksum: entry.checksum ?? false,
    bandwidthKiBps: entry.bandwidthKiBps,
    compress: entry.compress ?? false,
    partial: entry.partial ?? false,
    ...(entry.overwrite === true && { overwrite: true }),
    onChange: entry.onChange === undefined ? undefined : template(context, entry.onChange),
    rolling: entry.rolling && rollingOf(context, entry.rolling),
  }
  if (to.kind !== 'servers') return [{ address: addressOf('sync', name), to: endpointOf(context, to), ...rule }]
  return serversOfCount(context, to.server).map((server, index) => ({
    address: addressOf('sync', name, index),
    to: { kind: 'server', server, path: to.path },
    ...rule,
  }))
}

function endpointOf(context: Context, written: WrittenEndpoint): SyncEndpoint {
  switch (written.kind) {
    case 'local':
    case 'remote':
      return written
    case 'volume':
      return { kind: 'volume', volume: addressOf('volume', written.volume), path: written.path }
    case 'server':
    case 'servers': {
      const found = required(findServer(context, written.server, ignore), written.server)
      return { kind: 'server', server: required(serverAddress(found), written.server), path: written.path }
    }
  }
}

function rollingOf(context: Context, rolling: NonNullable<SyncRuleShape['rolling']>): RollingSpec {
  return {
    maxUnavailable: rolling.maxUnavailable ?? 1,
    health: template(context, required(rolling.health, 'health')),
    timeoutSeconds: secondsOf(rolling.timeout ?? '60s'),
  }
}

function patternsOf(patterns: readonly (string | undefined)[] | undefined): readonly string[] {
  return (patterns ?? []).map((pattern) => required(pattern, 'pattern'))
}

function template(context: Context, text: string): Template {
  return parseTemplate(context, text, ignore)
}

/** Checks came before; a mistake that shows here only is caught by `required`. */
function ignore(): void {}
