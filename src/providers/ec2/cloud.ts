import type { CloudPort } from '../../executor/ports.js'
import { createEc2Api } from './wire/api.js'
import { createAttachmentPart } from './kinds/volume/attachments.js'
import { createConsolePart } from './kinds/server/console.js'
import { createKeyPairPart } from './kinds/key-pair/key-pair-calls.js'
import { writeLedger } from './kinds/launch-template/ledger-template.js'
import { observe } from './observe.js'
import { createSecurityGroupPart } from './kinds/security-group/security-group-calls.js'
import { createServerPart } from './kinds/server/server-calls.js'
import { createSnapshotPart } from './kinds/snapshot/snapshot-calls.js'
import { createTagPart } from './tag-changes.js'
import { settingsOf, type Ec2Options, type Ec2Target } from './wire/ec2-target.js'
import { createVolumeChangePart } from './kinds/volume/volume-changes.js'
import { createVolumePart } from './kinds/volume/volume-calls.js'
import { createWatchers } from './waiting/watchers.js'

export type { Ec2Options, Ec2Target } from './wire/ec2-target.js'

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
