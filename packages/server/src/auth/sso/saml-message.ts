import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { decrypt } from 'xml-encryption'
import { answerRefused } from './refusal.ts'
import { declaresTypes, parseXml } from './saml-metadata.ts'

const open = promisify(decrypt)
const weakSignature = /xmldsig#(?:rsa-|hmac-)?sha1|xmldsig-more#rsa-md5/
/** Inside of RSA-OAEP, which encrypts keys, SHA-1 is as good as any other. */
const oaepDigest = /<[^\s<>]*EncryptionMethod\s[^<>]*>\s*<[^\s<>]*DigestMethod\s[^<>]*>/g
const encryptedPart = /<[^\s<>/]*EncryptedData[\s>]/g

/**
 * Refuses what no message of a provider holds, before anything reads it as SAML, and the same in what it encrypts. Answers the key that
 * opens that; null = it encrypts nothing.
 */
export async function checkMessage(message: string, keys: readonly Secret<string>[]): Promise<Secret<string> | null> {
  const xml = Buffer.from(message, 'base64').toString('utf8')
  checkText(xml)
  if (!xml.includes('EncryptedData')) return null
  if (keys.length === 0)
    throw answerRefused('it is encrypted, and this organisation has no key yet: save the settings once more')
  // One alone: what is looked at here is then what is read later.
  if (xml.match(encryptedPart)?.length !== 1) throw answerRefused('it encrypts more than one part')
  const { key, text } = await decrypted(xml, keys)
  checkText(text)
  return key
}

/** By the first key that opens it: a provider that was told of a new one goes on with the old for a while. */
async function decrypted(xml: string, keys: readonly Secret<string>[]): Promise<{ key: Secret<string>; text: string }> {
  let first: unknown
  try {
    // The library prints what is no XML.
    await parseXml(xml)
    for (const key of keys) {
      const text = await open(xml, { key: key.reveal(), disallowDecryptionWithInsecureAlgorithm: true }).catch(
        (cause: unknown) => void (first ??= cause),
      )
      if (text !== undefined) return { key, text }
    }
  } catch (cause) {
    first = cause
  }
  throw answerRefused(`what it encrypts cannot be opened: ${messageOf(first).slice(0, 200)}`, { cause: first })
}

function checkText(xml: string): void {
  if (declaresTypes(xml)) throw answerRefused('it holds a document type or entities')
  if (weakSignature.test(xml.replace(oaepDigest, ''))) {
    throw answerRefused('it is signed with SHA-1; set the provider to SHA-256')
  }
}

const maxInflatedBytes = 128 * 1024
const parts = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'] as const
const strongAlgorithm = /^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#rsa-sha(?:256|384|512)$/

/** A message of a redirect: its parts, and those that are signed as they were on the wire. */
export interface RedirectMessage {
  told: Partial<Record<(typeof parts)[number], string>>
  signed: string
  /** Of `checkMessage`. */
  opener: Secret<string> | null
}

/**
 * Reads the query of a redirect, as it was on the wire. The library takes one without a signature, and looks for its parts anywhere in
 * the query: here each stands once, by its whole name, or the message is refused.
 */
export async function readRedirect(search: string, keys: readonly Secret<string>[]): Promise<RedirectMessage> {
  const tokens = search.split('&').filter((token) => token !== '')
  const found = parts.flatMap((name) => tokens.filter((token) => token.split('=', 1)[0] === name))
  const told = Object.fromEntries(new URLSearchParams(found.join('&'))) as RedirectMessage['told']
  if (Object.keys(told).length !== found.length) throw answerRefused('a part of it stands there twice')
  if (!told.Signature || !told.SigAlg) throw answerRefused('it is not signed')
  if (!strongAlgorithm.test(told.SigAlg))
    throw answerRefused(`it is signed with '${told.SigAlg}'; set the provider to SHA-256`)
  const opener = await checkMessage(inflated(told.SAMLRequest ?? told.SAMLResponse ?? ''), keys)
  return { told, opener, signed: found.filter((token) => !token.startsWith('Signature=')).join('&') }
}

function inflated(deflated: string): string {
  try {
    return inflateRawSync(Buffer.from(deflated, 'base64'), { maxOutputLength: maxInflatedBytes }).toString('base64')
  } catch (cause) {
    throw answerRefused('it cannot be unpacked, or is too large', { cause })
  }
}
