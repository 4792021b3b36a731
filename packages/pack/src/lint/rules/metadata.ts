import { isLogo, maxLogoBytes } from '../../format/logo.ts'
import { isVersion } from '../../format/version.ts'
import { type LintedPack, placeInMetadata } from '../linted-pack.ts'

const FILE = 'pack.json'
/** Layers that install nothing by themselves: an image, or the version of Kubernetes. */
const layersWithoutContent = new Set(['os', 'k8s'])
const strictVersion = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

/** What `pack.json` says of the pack, and the files that go with every pack. */
export function lintMetadata(pack: LintedPack): void {
  const { manifest, files } = pack
  if (manifest === null) return
  const add = (code: 'metadata-missing' | 'pack-retired' | 'content-missing', field: string, message: string): void =>
    pack.add(code, FILE, placeInMetadata(pack, field), field, message)
  if (manifest.cloudTypes.length === 0) {
    add('metadata-missing', 'cloudTypes', 'is empty: name the clouds the pack is for, or ["all"]')
  }
  if (manifest.layer === 'addon' && manifest.addonType.trim() === '') {
    add('metadata-missing', 'addonType', 'is missing: say what kind of add-on it is, such as "monitoring"')
  }
  const state = manifest.annotations['system_state']
  if (state === 'deprecated' || state === 'deleted') {
    add('pack-retired', 'annotations.system_state', `is '${state}': profiles should move to another pack or version`)
  }
  const hasContent = manifest.charts.length + manifest.kubeManifests.length > 0
  if (!hasContent && !layersWithoutContent.has(manifest.layer)) {
    add(
      'content-missing',
      'charts',
      `names nothing: list charts or kubeManifests; layer '${manifest.layer}' installs something`,
    )
  }
  lintVersion(pack, manifest.version)
  if (!files.has('README.md'))
    pack.add('readme-missing', 'README.md', null, '', 'is missing: say in a few lines what the pack installs')
  lintLogo(pack)
  lintUnused(pack, [...manifest.charts, ...manifest.kubeManifests])
}

function lintLogo(pack: LintedPack): void {
  const logo = pack.files.get('logo.png')
  const add = (code: 'logo-missing' | 'logo-unusable', message: string): void =>
    pack.add(code, 'logo.png', null, '', message)
  if (logo === undefined) add('logo-missing', 'is missing: the catalogue shows it')
  else if (!isLogo(logo))
    add('logo-unusable', `is no PNG of at most ${maxLogoBytes / 1024} KiB: the catalogue shows none; save it as one`)
}

function lintVersion(pack: LintedPack, version: string): void {
  const add = (code: 'version-unordered' | 'version-loose', message: string): void =>
    pack.add(code, FILE, placeInMetadata(pack, 'version'), 'version', message)
  if (!isVersion(version)) add('version-unordered', `'${version}' cannot be put in order: write 1.2.3`)
  else if (/^v/i.test(version))
    add('version-unordered', `'${version}' starts with '${version[0]}': write ${version.slice(1)}`)
  else if (!strictVersion.test(version)) {
    add('version-loose', `'${version}' is no semantic version: others may refuse it; 1.2.3 is understood everywhere`)
  }
}

function lintUnused(pack: LintedPack, named: readonly string[]): void {
  for (const path of pack.files.keys()) {
    const isContent = /^charts\/[^/]+\.(tgz|tar\.gz)$/.test(path) || /^manifests\/.*\.(ya?ml|json)$/.test(path)
    if (!isContent || named.includes(path)) continue
    const list = path.startsWith('charts/') ? 'charts' : 'kubeManifests'
    pack.add('file-unused', path, null, '', `is not named by ${list} of pack.json: add it there, or remove the file`)
  }
}
