// In Lua, as Karmada runs it.

export const replicas = `-- Workers, and what each of them asks for: as the operator puts it into their pods
-- (service/trainingjob/children/pod.ts).
-- The schedulers of Karmada compare it with what a cluster has, quotas with what a team may have.

local GPU = "nvidia.com/gpu"
local RDMA = "rdma/hca"

-- Kubernetes takes a limit without a request for both.
local function requestsOf(spec)
  local requests = {}
  local resources = spec.resources or {}
  for name, amount in pairs(resources.limits or {}) do
    requests[name] = amount
  end
  for name, amount in pairs(resources.requests or {}) do
    requests[name] = amount
  end
  local gpus = spec.gpusPerWorker or 1
  if gpus > 0 then
    requests[GPU] = string.format("%d", gpus)
  end
  if spec.networking ~= nil and spec.networking.rdmaEnabled then
    requests[RDMA] = "1"
  end
  return requests
end

local function nodeClaimOf(spec)
  local scheduling = spec.scheduling or {}
  local tolerations = {}
  if (spec.gpusPerWorker or 1) > 0 then
    table.insert(tolerations, { key = GPU, operator = "Exists", effect = "NoSchedule" })
  end
  for _, toleration in ipairs(scheduling.tolerations or {}) do
    table.insert(tolerations, toleration)
  end
  local claim = { nodeSelector = scheduling.nodeSelector }
  if #tolerations > 0 then
    claim.tolerations = tolerations
  end
  local affinity = (scheduling.affinity or {}).nodeAffinity or {}
  claim.hardNodeAffinity = affinity.requiredDuringSchedulingIgnoredDuringExecution
  if next(claim) == nil then
    return nil
  end
  return claim
end

function GetReplicas(desiredObj)
  local spec = desiredObj.spec
  local requirements = { resourceRequest = requestsOf(spec), nodeClaim = nodeClaimOf(spec) }
  if spec.scheduling ~= nil then
    requirements.priorityClassName = spec.scheduling.priority
  end
  return spec.numWorkers or 1, requirements
end
`;
