import { ApiError } from '../wire/api-error.js'
import type { World } from '../world/world.js'
import type { Role } from '../sts/roles.js'
import type { Session } from '../sts/temporary-credentials.js'
import { readPolicy } from './parse-policy.js'
import { contextOf, type Context } from './condition-keys.js'
import { decide, type Decision } from './decide.js'
import type { Policy } from './policy.js'
import type { ServiceTarget } from './load-balancing-targets.js'
import { passedRole, requirements, type Given } from './required-targets.js'
import { arnOf, type Target } from './target.js'

/** Whoever signs a request: the sandbox's own access key, or one that STS issued for a while. */
interface Principal {
  readonly arn: string
  readonly type: 'User' | 'AssumedRole' | 'FederatedUser'
  /** Each must allow what is done; none: everything is allowed. */
  readonly policies: () => readonly Policy[]
}

/** What whoever asks may do: everything, or what its policies allow. */
export class Authority {
  readonly userArn: string
  readonly #accountId: string
  readonly #principal: Principal
  #policy: Policy | undefined
  #roles: ReadonlyMap<string, Role> = new Map()

  constructor(accountId: string, policy?: Policy, principal?: Principal) {
    this.#accountId = accountId
    this.#policy = policy
    this.#principal = principal ?? {
      arn: `arn:aws:iam::${accountId}:user/${userName}`,
      type: 'User',
      policies: () => (this.#policy ? [this.#policy] : []),
    }
    this.userArn = this.#principal.arn
  }

  /** From now on the key has this policy; without one it may do everything. */
  setPolicy(policy: Policy | undefined): void {
    this.#policy = policy
  }

  /** From now on the account has these roles, and no others. */
  setRoles(roles: ReadonlyMap<string, Role>): void {
    this.#roles = roles
  }

  role(name: string): Role | undefined {
    return this.#roles.get(name)
  }

  /** What the holder of temporary credentials may do: what the role may, or the user, and all session policies allow. */
  forSession({ arn, role, policies }: Session): Authority {
    const own = policies.map(readPolicy)
    const taken = () => {
      if (role === undefined) return this.#principal.policies()
      const known = this.#roles.get(role)
      // A role that is gone allows nothing.
      return known ? (known.policy ? [known.policy] : []) : [{ statements: [] }]
    }
    const type = role === undefined ? (arn.includes(':federated-user/') ? 'FederatedUser' : 'User') : 'AssumedRole'
    const principal = { arn, type, policies: () => [...taken(), ...own] } as const
    return new Authority(this.#accountId, undefined, principal)
  }

  /** The first refusal of a policy, an explicit one before others. */
  #judge(action: string, resource: string, context: Context): Decision {
    const decisions = this.#principal.policies().map((policy) => decide(policy, { action, resource, context }))
    return (['explicit-deny', 'implicit-deny'] as const).find((one) => decisions.includes(one)) ?? 'allowed'
  }

  get #mayAll(): boolean {
    return this.#principal.policies().length === 0
  }

  /** Throws UnauthorizedOperation, unless each resource that this action of EC2 is about may be used for it. */
  checkEc2(action: string, given: Given, world: World): void {
    if (this.#mayAll) return
    const required = requirements[action]
    if (!required || required.length === 0)
      return this.#checkEc2(`ec2:${action}`, undefined, contextOf(this.#common(world)), world)
    const targets = required.flatMap((requirement) => requirement(given, world))
    for (const target of targets) this.#checkEc2(`ec2:${action}`, target, this.#contextOf(world, target), world)
    this.#checkPassedRole(given, world)
    // Tags in the call that makes a thing are asked for as CreateTags (EC2 User Guide, "Grant permission to tag resources during creation").
    if (action === 'CreateTags') return
    for (const target of targets) {
      if (target.requestTags === undefined || Object.keys(target.requestTags).length === 0) continue
      const context = this.#contextOf(world, target, { 'ec2:CreateAction': action })
      this.#checkEc2('ec2:CreateTags', target, context, world)
    }
  }

  /** The same for an action of another service, which answers in words of its own: `ssm:GetParameters` of some ARNs. `more`: its own keys. */
  refusalOf(
    action: string,
    resources: readonly string[],
    region: string,
    more: Readonly<Record<string, string>> = {},
  ): string | undefined {
    if (this.#mayAll) return undefined
    const context = contextOf(this.#ofCaller(), { 'aws:RequestedRegion': region }, more)
    for (const resource of resources) {
      const decision = this.#judge(action, resource, context)
      if (decision !== 'allowed') return this.#sentence(action, resource === '*' ? undefined : resource, decision)
    }
    return undefined
  }

  /** Throws AccessDenied, unless each resource that an action of another service is about may be used for it. */
  checkService(service: string, action: string, targets: readonly ServiceTarget[], world: World): void {
    if (this.#mayAll) return
    const asked = targets.length === 0 ? [{ arn: '*', tags: {}, requestTags: {}, isMade: false }] : targets
    for (const { arn, tags, requestTags, isMade } of asked) {
      const isTagged = Object.keys(requestTags).length > 0
      const keys = isTagged ? { 'aws:TagKeys': Object.keys(requestTags) } : {}
      const context = (more: Readonly<Record<string, string>> = {}) =>
        contextOf(
          this.#common(world),
          { 'aws:ResourceAccount': world.accountId },
          prefixed('aws:RequestTag/', requestTags),
          prefixed('aws:ResourceTag/', tags),
          prefixed(`${service}:ResourceTag/`, tags),
          keys,
          more,
        )
      this.#checkService(`${service}:${action}`, arn, context())
      // Tags in the call that makes a thing are asked for as AddTags (ELB User Guide, "Tag-based access control").
      if (isMade && isTagged) {
        this.#checkService(`${service}:AddTags`, arn, context({ [`${service}:CreateAction`]: action }))
      }
    }
  }

  #checkService(action: string, arn: string, context: Context): void {
    if (this.#mayAll) return
    const decision = this.#judge(action, arn, context)
    if (decision === 'allowed') return
    throw new ApiError('AccessDenied', this.#sentence(action, arn === '*' ? undefined : arn, decision), 403)
  }

  /** Who gives an instance a profile passes the role that is in it (IAM User Guide, "Grant a user permissions to pass a role"). */
  #checkPassedRole(given: Given, world: World): void {
    const role = passedRole(given, world)
    if (role === undefined) return
    const context = contextOf(this.#common(world), { 'iam:PassedToService': 'ec2.amazonaws.com' })
    this.#check('iam:PassRole', role, context)
  }

  #checkEc2(action: string, target: Target | undefined, context: Context, world: World): void {
    this.#check(action, target && arnOf(world, target), context)
  }

  #check(action: string, resource: string | undefined, context: Context): void {
    if (this.#mayAll) return
    const decision = this.#judge(action, resource ?? '*', context)
    if (decision === 'allowed') return
    const sentence = `You are not authorized to perform this operation. ${this.#sentence(action, resource, decision)}`
    if (resource === undefined) throw new ApiError('UnauthorizedOperation', sentence)
    const encoded = encode(decision, action, resource, context, this.userArn)
    throw new ApiError('UnauthorizedOperation', `${sentence}. Encoded authorization failure message: ${encoded}`)
  }

  #sentence(action: string, resource: string | undefined, decision: Exclude<Decision, 'allowed'>): string {
    const on = resource === undefined ? '' : ` on resource: ${resource}`
    const why =
      decision === 'explicit-deny'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`
    return `User: ${this.userArn} is not authorized to perform: ${action}${on} ${why}`
  }

  #contextOf(world: World, target: Target, more: Readonly<Record<string, string>> = {}): Context {
    const { tags, requestTags, tagKeys, facts } = target
    const keys = tagKeys ?? Object.keys(requestTags ?? {})
    return contextOf(
      this.#common(world),
      { 'aws:ResourceAccount': world.accountId },
      prefixed('aws:RequestTag/', requestTags),
      prefixed('aws:ResourceTag/', tags),
      prefixed('ec2:ResourceTag/', tags),
      keys.length > 0 ? { 'aws:TagKeys': keys } : {},
      facts,
      more,
    )
  }

  #common(world: World): Readonly<Record<string, string>> {
    return {
      ...this.#ofCaller(),
      'aws:CurrentTime': new Date(world.now()).toISOString(),
      'aws:EpochTime': String(Math.floor(world.now() / 1000)),
      'aws:PrincipalAccount': world.accountId,
      'aws:RequestedRegion': world.region.name,
      'ec2:Region': world.region.name,
    }
  }

  #ofCaller(): Readonly<Record<string, string>> {
    return {
      'aws:PrincipalArn': this.userArn,
      'aws:PrincipalType': this.#principal.type,
      'aws:SecureTransport': 'false',
      'aws:SourceIp': '127.0.0.1',
      ...(this.#principal.type === 'User' && { 'aws:username': userName }),
    }
  }
}

const userName = 'evenkeel-sandbox'

function prefixed(
  prefix: string,
  tags: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [prefix + key, value]))
}

/** What `sts decode-authorization-message` shows; EC2 hides it, as what is in it may be secret. */
function encode(decision: Decision, action: string, resource: string, context: Context, arn: string): string {
  const conditions = [...context].map(([key, values]) => ({
    key,
    values: { items: values.map((value) => ({ value })) },
  }))
  const message = {
    allowed: false,
    explicitDeny: decision === 'explicit-deny',
    matchedStatements: { items: [] },
    failures: { items: [] },
    context: { principal: { arn }, action, resource, conditions: { items: conditions } },
  }
  return Buffer.from(JSON.stringify(message)).toString('base64url')
}

/** The message behind an encoded one; undefined for what none of these is. */
export function decodeFailure(encoded: string): string | undefined {
  try {
    const text = Buffer.from(encoded, 'base64url').toString()
    return (JSON.parse(text) as { readonly allowed?: unknown }).allowed === false ? text : undefined
  } catch {
    return undefined
  }
}
