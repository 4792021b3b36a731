/** Secret fields of a cluster. */
export const kubeconfigField = 'kubeconfig'
