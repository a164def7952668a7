import type { CloudPort } from '../../executor/ports.js'
import { createEc2Api } from './api.js'
import { createAttachmentPart } from './attachments.js'
import { createConsolePart } from './console.js'
import { createKeyPairPart } from './key-pairs.js'
import { writeLedger } from './ledger.js'
import { observe } from './observe.js'
import { createSecurityGroupPart } from './security-groups.js'
import { createServerPart } from './servers.js'
import { createSnapshotPart } from './snapshots.js'
import { createTagPart } from './tag-changes.js'
import { settingsOf, type Ec2Options, type Ec2Target } from './target.js'
import { createVolumeChangePart } from './volume-changes.js'
import { createVolumePart } from './volumes.js'
import { createWatchers } from './watchers.js'

export type { Ec2Options, Ec2Target } from './target.js'

/**
 * EC2 as the executor sees it, through the AWS SDK. Nothing is sent before the first call; credentials, profile and region
 * that the target does not name come from the SDK's default chain. Rejects with EvenkeelErrors alone.
 */
export function createEc2Cloud(target: Ec2Target, options: Ec2Options = {}): CloudPort {
  const api = createEc2Api(target, settingsOf(target, options))
  const watchers = createWatchers(api)
  return {
    observe: (query) => observe(api, query),
    ...createKeyPairPart(api),
    ...createSecurityGroupPart(api),
    ...createServerPart(api, watchers),
    ...createConsolePart(api),
    ...createVolumePart(api, watchers),
    ...createAttachmentPart(api, watchers),
    ...createVolumeChangePart(api, watchers),
    ...createSnapshotPart(api, watchers),
    ...createTagPart(api),
    writeLedger: (request) => writeLedger(api, request),
    close: () => api.close(),
  }
}
