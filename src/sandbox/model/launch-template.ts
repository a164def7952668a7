import type { XmlRecord } from '../wire/xml.js'

export interface LaunchTemplate {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly createdAtMs: number
  readonly defaultVersion: number
  /** The highest version number ever given; numbers are not given twice. */
  readonly latestVersion: number
}

export interface LaunchTemplateVersion {
  /** `lt-…:3` */
  readonly id: string
  readonly sequence: number
  readonly templateId: string
  readonly version: number
  readonly description: string | undefined
  readonly createdAtMs: number
  /** As parsed from the call, by wire name. */
  readonly data: XmlRecord
}

export function versionId(templateId: string, version: number): string {
  return `${templateId}:${version}`
}
