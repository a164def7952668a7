import { fits } from './wildcard.js'

/** How an operator compares one value of the request with one of the policy. */
interface Operator {
  readonly matches: (actual: string, wanted: string) => boolean
  /** It holds where nothing matches: also where the request does not have the key at all. */
  readonly isNegated: boolean
  /** Why a value of the policy is none for it; undefined for a good one. */
  readonly checkValue?: (value: string) => string | undefined
}

const equal = (actual: string, wanted: string) => actual === wanted
const equalInAnyCase = (actual: string, wanted: string) => actual.toLowerCase() === wanted.toLowerCase()
const like = (actual: string, wanted: string) => fits(wanted, actual)
const number = (compare: (actual: number, wanted: number) => boolean) => (actual: string, wanted: string) =>
  compare(Number(actual), Number(wanted))
const date = (compare: (actual: number, wanted: number) => boolean) => (actual: string, wanted: string) =>
  compare(momentOf(actual), momentOf(wanted))

/** ISO 8601, or seconds since 1970 (IAM User Guide, "Date condition operators"). */
function momentOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}

const isNumber = (value: string) => (Number.isFinite(Number(value)) && value !== '' ? undefined : 'is no number')
const isDate = (value: string) => (Number.isNaN(momentOf(value)) ? 'is no date' : undefined)
const isTruth = (value: string) => (value === 'true' || value === 'false' ? undefined : 'is neither true nor false')
const isArn = (value: string) =>
  value === '*' || value.split(':').length >= 6 ? undefined : 'is no ARN: it has fewer than six parts'

/** Each part of an ARN is compared for itself: a `*` does not reach over a colon (IAM User Guide, "ARN condition operators"). */
function arnLike(actual: string, wanted: string): boolean {
  if (wanted === '*') return true
  const parts = wanted.split(':')
  const own = actual.split(':')
  const head = 5
  if (own.length <= head || parts.length <= head) return false
  return (
    parts.slice(0, head).every((part, index) => fits(part, own[index] ?? '')) &&
    fits(parts.slice(head).join(':'), own.slice(head).join(':'))
  )
}

function pair(name: string, matches: Operator['matches'], checkValue?: Operator['checkValue']) {
  const [, family = '', comparison = ''] = /^(String|Numeric|Date|Arn)(.*)$/.exec(name) ?? []
  const facts = { matches, ...(checkValue && { checkValue }) }
  return {
    [name]: { ...facts, isNegated: false },
    [`${family}Not${comparison}`]: { ...facts, isNegated: true },
  }
}

function single(matches: Operator['matches'], checkValue: Operator['checkValue']): Operator {
  return { matches, isNegated: false, ...(checkValue && { checkValue }) }
}

/** Condition operators by name (IAM User Guide, "IAM JSON policy elements: Condition operators"); `Null` is judged apart. */
export const operators: Readonly<Record<string, Operator>> = {
  ...pair('StringEquals', equal),
  ...pair('StringEqualsIgnoreCase', equalInAnyCase),
  ...pair('StringLike', like),
  ...pair(
    'NumericEquals',
    number((actual, wanted) => actual === wanted),
    isNumber,
  ),
  NumericLessThan: single(
    number((actual, wanted) => actual < wanted),
    isNumber,
  ),
  NumericLessThanEquals: single(
    number((actual, wanted) => actual <= wanted),
    isNumber,
  ),
  NumericGreaterThan: single(
    number((actual, wanted) => actual > wanted),
    isNumber,
  ),
  NumericGreaterThanEquals: single(
    number((actual, wanted) => actual >= wanted),
    isNumber,
  ),
  ...pair(
    'DateEquals',
    date((actual, wanted) => actual === wanted),
    isDate,
  ),
  DateLessThan: single(
    date((actual, wanted) => actual < wanted),
    isDate,
  ),
  DateLessThanEquals: single(
    date((actual, wanted) => actual <= wanted),
    isDate,
  ),
  DateGreaterThan: single(
    date((actual, wanted) => actual > wanted),
    isDate,
  ),
  DateGreaterThanEquals: single(
    date((actual, wanted) => actual >= wanted),
    isDate,
  ),
  Bool: single(equal, isTruth),
  // Both pairs compare alike (IAM User Guide).
  ...pair('ArnEquals', arnLike, isArn),
  ...pair('ArnLike', arnLike, isArn),
}

/** Says whether the key is absent. */
export const nullOperator: Pick<Operator, 'checkValue'> = { checkValue: isTruth }
