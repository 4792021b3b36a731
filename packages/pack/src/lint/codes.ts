export const severities = ['error', 'warning', 'info'] as const
/** `error`: the pack does not do what it says. `warning`: somebody will stumble. `info`: worth knowing. */
export type Severity = (typeof severities)[number]

interface Rule {
  severity: Severity
  /** What is so, in one sentence; the finding itself says where and what to do. */
  what: string
}

/**
 * Every finding `lint` knows. Codes are stable: people switch them off by name, and other programs count them. A code is never used
 * for something else; docs/packs.md lists them.
 */
export const lintRules = {
  'metadata-invalid': { severity: 'error', what: '`pack.json` cannot be read, or a field of it is wrong' },
  'metadata-missing': { severity: 'warning', what: '`pack.json` lacks a field that people choose packs by' },
  'version-unordered': {
    severity: 'warning',
    what: 'the version is none that can be put in order, or starts with `v`',
  },
  'version-loose': { severity: 'info', what: 'the version is no semantic version: two parts, or leading zeros' },
  'pack-retired': { severity: 'info', what: 'the pack says that it is deprecated or deleted' },
  'readme-missing': { severity: 'info', what: 'there is no `README.md`' },
  'logo-missing': { severity: 'info', what: 'there is no `logo.png`' },
  'logo-unusable': { severity: 'info', what: '`logo.png` is no PNG of at most 256 KiB: no catalogue shows it' },
  'content-missing': { severity: 'error', what: 'an add-on, network or storage pack has neither charts nor manifests' },
  'file-missing': { severity: 'error', what: 'a file that the pack names, or must have, is not there' },
  'chart-unpacked': {
    severity: 'warning',
    what: 'one of several chart archives is not there, only the chart unpacked',
  },
  'file-unused': {
    severity: 'info',
    what: 'a chart archive or manifest lies in the pack and `pack.json` does not name it',
  },
  'archive-invalid': { severity: 'error', what: 'a chart archive cannot be read, or is none' },
  'chart-version': { severity: 'warning', what: 'a chart has another version than the name of its archive says' },
  'chart-dependency': { severity: 'error', what: 'a chart lacks a chart that it depends on: helm refuses it' },
  'values-invalid': {
    severity: 'error',
    what: '`values.yaml` cannot be read, or a field of its `pack:` section is wrong',
  },
  'values-repeated-key': { severity: 'warning', what: 'a key stands twice in one map: the last one counts' },
  'values-no-chart': {
    severity: 'error',
    what: 'values below `charts:` under a key that no chart has: nothing reads them',
  },
  'values-level': { severity: 'warning', what: 'values of the only chart stand directly below `charts:`' },
  'values-no-manifest': { severity: 'warning', what: 'values below `manifests:` under a name that no manifest has' },
  'values-unknown-key': { severity: 'warning', what: 'a value that the chart or manifest does not know' },
  'values-not-a-map': { severity: 'warning', what: 'a single value where the chart has a map: helm leaves it out' },
  'values-stray-key': { severity: 'info', what: 'a key at the top of `values.yaml` that nothing reads' },
  'section-unknown-key': { severity: 'warning', what: 'a key of the `pack:` section that means nothing' },
  'section-no-chart': { severity: 'warning', what: '`pack.releaseNameOverride` names no chart of the pack' },
  'namespace-missing': { severity: 'info', what: 'no `pack.namespace`: everything goes to `default`' },
  'readiness-invalid': { severity: 'error', what: '`readinessCheck` is wrong' },
  'release-shared': { severity: 'error', what: 'two parts of the pack would be one helm release' },
  'macro-invalid': {
    severity: 'error',
    what: 'a placeholder outside comments cannot be read, or names nothing there is',
  },
  'presets-invalid': { severity: 'error', what: '`presets.yaml` cannot be read, or a preset adds no map' },
  'preset-repeated': { severity: 'error', what: 'two presets of one group have one name' },
  'preset-no-path': { severity: 'warning', what: 'a preset removes a path that no value has' },
  'preset-no-chart': {
    severity: 'error',
    what: 'a preset adds values for a chart or manifest that the pack does not have',
  },
  'preset-unknown-key': { severity: 'warning', what: 'a preset adds a value that the chart or manifest does not know' },
  'preset-enabled': { severity: 'warning', what: 'the comment of enabled presets names one that there is not' },
  'schema-invalid': { severity: 'error', what: '`schema.yaml` cannot be read, or a rule of it is wrong' },
  'schema-no-path': { severity: 'warning', what: 'a rule of `schema.yaml` is for a value that there is not' },
  'constraint-invalid': { severity: 'error', what: 'a dependency or resource of `constraints` is wrong' },
  'constraint-type': { severity: 'warning', what: 'a dependency without a type: it counts as optional' },
  'constraint-no-path': { severity: 'warning', what: 'a resource is counted by a value that there is not' },
  'images-missing': {
    severity: 'warning',
    what: 'images run and `pack.content.images` is empty: mirrors and scans see none',
  },
  'images-unlisted': {
    severity: 'warning',
    what: 'images run that `pack.content.images` does not list: mirrors lack them',
  },
  'image-invalid': { severity: 'error', what: 'an entry of `pack.content.images` names no image' },
  'image-floating': { severity: 'info', what: 'an image is listed without tag or digest, or as `latest`' },
  'template-error': { severity: 'error', what: 'helm cannot render a chart or manifest with the values of the pack' },
  'template-refused': {
    severity: 'warning',
    what: 'a chart refuses the values of the pack by a check of its own: somebody has to give others',
  },
  'manifest-invalid': { severity: 'error', what: 'a manifest holds what is no Kubernetes object' },
  'privileged-container': { severity: 'warning', what: 'a container runs privileged' },
  'host-path': { severity: 'warning', what: 'a pod mounts folders of its node' },
  'host-namespace': { severity: 'warning', what: 'a pod uses network, processes or IPC of its node' },
  'cluster-admin': { severity: 'warning', what: 'a role may do everything, or the role `cluster-admin` is given' },
} as const satisfies Record<string, Rule>

export type LintCode = keyof typeof lintRules
export const lintCodes = Object.keys(lintRules) as LintCode[]
export const isLintCode = (text: string): text is LintCode => Object.hasOwn(lintRules, text)
