import { defineImport } from './import-cluster.ts'

export const v1SpectroClustersGenericImport = defineImport('v1SpectroClustersGenericImport', 'generic')
