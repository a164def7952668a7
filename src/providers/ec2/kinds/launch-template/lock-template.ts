import { randomUUID } from 'node:crypto'
import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import type { LockCloud } from '../../../../executor/ports.js'
import { holderText, parseLockContent, type LockContent, type LockSight } from '../../../../model/ledger/lock.js'
import { tagKeys } from '../../../../model/tags.js'
import { hasAwsCode, isOfClass } from '../../errors/provider-errors.js'
import { tagListOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'

const forLock = { isForLock: true } as const
/** The role of the template in its tags. */
export const lockRole = 'lock'
/** EC2 takes descriptions of at most 255 characters. */
const descriptionMax = 255
/** So many beats stand in it before they are tidied away, in one call; EC2 deletes at most 200 in one. */
const beatsKept = 40

/** The name of a stack's lock; launch template names are unique in an account and region. */
function lockName(stack: string): string {
  return `evenkeel.lock/${stack}`
}

/**
 * The lock as EC2 has it. A beat is a version: it is written to the very template that is the mutex, so that it fails once that
 * is gone, and EC2 numbers it (decision 17).
 */
export function createLockCalls(api: Ec2Api): LockCloud {
  async function takeLock(
    { stack, content }: Parameters<LockCloud['takeLock']>[0],
    how?: 'once',
  ): Promise<LockSight | undefined> {
    try {
      const output = await api.call(
        'CreateLaunchTemplate',
        {
          LaunchTemplateName: lockName(stack),
          LaunchTemplateData: dataOf(content),
          VersionDescription: descriptionOf(content),
          // Another one for each contender: the same token would let two of them win.
          ClientToken: content.nonce,
          TagSpecifications: [
            {
              ResourceType: 'launch-template',
              Tags: tagListOf({ [tagKeys.stack]: stack, [tagKeys.role]: lockRole, Name: lockName(stack) }),
            },
          ],
        },
        { ...forLock, isTriedOnce: how === 'once' },
      )
      const id = output.LaunchTemplate?.LaunchTemplateId
      return id === undefined ? undefined : { id, beat: 1, content }
    } catch (error) {
      if (hasAwsCode(error, 'InvalidLaunchTemplateName.AlreadyExistsException')) return undefined
      throw error
    }
  }

  async function readLock(stack: string): Promise<LockSight | undefined> {
    const output = await undefinedIfAbsent(
      api.call(
        'DescribeLaunchTemplateVersions',
        { LaunchTemplateName: lockName(stack), Versions: ['$Latest'] },
        forLock,
      ),
    )
    const latest = output?.LaunchTemplateVersions?.[0]
    return latest && lockSightOf(latest)
  }

  async function beatLock(
    { id, content }: Parameters<LockCloud['beatLock']>[0],
    how?: 'once',
  ): Promise<number | undefined> {
    const output = await undefinedIfAbsent(
      api.call(
        'CreateLaunchTemplateVersion',
        {
          LaunchTemplateId: id,
          LaunchTemplateData: dataOf(content),
          VersionDescription: descriptionOf(content),
          ClientToken: randomUUID(),
        },
        { ...forLock, isTriedOnce: how === 'once' },
      ),
    )
    const beat = output && (output.LaunchTemplateVersion?.VersionNumber ?? 0)
    if (beat !== undefined && beat % beatsKept === 0) void tidy(id, beat)
    return beat
  }

  /** The first version stays, which is the default one. Best effort. */
  async function tidy(id: string, newest: number): Promise<void> {
    const Versions = Array.from({ length: beatsKept - 1 }, (_, back) => String(newest - 1 - back)).filter(
      (version) => Number(version) > 1,
    )
    await api.call('DeleteLaunchTemplateVersions', { LaunchTemplateId: id, Versions }, forLock).catch(() => undefined)
  }

  async function dropLock(id: string, how?: 'once'): Promise<boolean> {
    const options = { ...forLock, isTriedOnce: how === 'once' }
    const answer = api.call('DeleteLaunchTemplate', { LaunchTemplateId: id }, options)
    return (await undefinedIfAbsent(answer)) !== undefined
  }

  return { takeLock, readLock, beatLock, dropLock }
}

/** A lock as its newest version shows it. */
export function lockSightOf(latest: LaunchTemplateVersion): LockSight | undefined {
  if (latest.LaunchTemplateId === undefined) return undefined
  return { id: latest.LaunchTemplateId, beat: latest.VersionNumber ?? 0, content: contentOf(latest) }
}

function dataOf(content: LockContent): { UserData: string } {
  return { UserData: Buffer.from(JSON.stringify({ evenkeel: 1, ...content })).toString('base64') }
}

function contentOf({ LaunchTemplateData }: LaunchTemplateVersion): LockContent | undefined {
  try {
    return parseLockContent(JSON.parse(Buffer.from(LaunchTemplateData?.UserData ?? '', 'base64').toString('utf8')))
  } catch {
    // Not JSON: somebody else made a template of that name.
    return undefined
  }
}

/** For people who look at it in the AWS console. */
function descriptionOf(content: LockContent): string {
  const text = `held by ${holderText(content)}, run ${content.epoch.run}, since ${content.since}`
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, descriptionMax)
}

async function undefinedIfAbsent<Output>(answer: Promise<Output>): Promise<Output | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isOfClass(error, 'absent')) return undefined
    throw error
  }
}
