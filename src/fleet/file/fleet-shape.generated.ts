/** Generated from schema/fleet.schema.json by scripts/generate-validator.mjs; change the schema and run that again. */

/**
 * A fleet file as far as it is well formed: whatever does not have the shape that the schema asks
 * for is `undefined`, and so every member may be.
 */
export type FleetShape = {
  readonly evenkeel?: 1 | undefined
  readonly fleet?: NameShape | undefined
  readonly stacks?: readonly (SourceShape | undefined)[] | undefined
  readonly defaults?: {
    readonly target?: TargetShape | undefined
    readonly variables?: VariablesShape | undefined
    readonly variableFiles?: VariableFilesShape | undefined
    readonly drift?: DriftShape | undefined
    readonly apply?: ApplyShape | undefined
    readonly checks?: ChecksShape | undefined
  } | undefined
  readonly overrides?: readonly (OverrideShape | undefined)[] | undefined
  readonly limits?: readonly (LimitShape | undefined)[] | undefined
  readonly notifications?: readonly (NotificationShape | undefined)[] | undefined
}

/** A lower-case letter, then lower-case letters, digits and dashes, at most 40 characters. */
export type NameShape = string

export type SourceShape = {
  readonly files?: readonly (LineShape | undefined)[] | undefined
  readonly git?: LineShape | undefined
  readonly branch?: LineShape | undefined
  readonly name?: NameShape | undefined
}

export type OverrideShape = {
  readonly match?: LineShape | undefined
  readonly target?: TargetShape | undefined
  readonly variables?: VariablesShape | undefined
  readonly variableFiles?: VariableFilesShape | undefined
  readonly drift?: DriftShape | undefined
  readonly apply?: ApplyShape | undefined
  readonly checks?: ChecksShape | undefined
}

/** In place of what the stack files say: sandbox, or a region. */
export type TargetShape = string

/** Values for variables that are not sensitive: those of sensitive ones come from the environment of who works, or from where the stack file says. */
export type VariablesShape = Readonly<Record<string, string | number | boolean | undefined>>

/** YAML or JSON files with values, by their paths from this file. */
export type VariableFilesShape = readonly (LineShape | undefined)[]

/** never, or a schedule in UTC. */
export type DriftShape = {
  readonly every?: '15m' | '30m' | '1h' | '2h' | '6h' | '12h' | '24h' | undefined
  readonly cron?: LineShape | undefined
} | string

/** never: not the fleet. after-review: saved plans that somebody has looked at, and nothing else. at-once: a worker applies what is pending. */
export type ApplyShape = 'never' | 'after-review' | 'at-once'

/** A file of rules that no plan may go against, by its path from this file. */
export type ChecksShape = LineShape

export type LimitShape = {
  readonly account?: LineShape | undefined
  readonly region?: string | undefined
  readonly atOnce?: number | undefined
}

export type NotificationShape = {
  readonly on?: readonly ('drift' | 'failed' | 'applied' | 'recovered' | undefined)[] | undefined
  readonly command?: readonly (string | undefined)[] | undefined
  readonly webhook?: LineShape | undefined
  readonly secret?: {
    readonly env?: string | undefined
  } | undefined
}

export type LineShape = string
