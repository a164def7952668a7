import type { ServerCheck, ServerStatus } from '../../executor/ports.js'

/** A check in a table. */
export function checkText({ status }: ServerCheck): string {
  return status === 'not-applicable' ? '-' : status
}

/** The checks and the events of an instance. */
export function checksJson(status: ServerStatus | undefined): object {
  return {
    checks: status
      ? { system: checkJson(status.system), instance: checkJson(status.instance), volumes: checkJson(status.volumes) }
      : null,
    events: (status?.events ?? []).map(({ code, description, notBefore, notAfter, notBeforeDeadline }) => ({
      code,
      description,
      notBefore: notBefore ?? null,
      notAfter: notAfter ?? null,
      notBeforeDeadline: notBeforeDeadline ?? null,
    })),
  }
}

function checkJson({ status, impairedSince }: ServerCheck): object {
  return { status, impairedSince: impairedSince ?? null }
}
