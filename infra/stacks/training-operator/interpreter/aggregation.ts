// In Lua, as Karmada runs it.

export const aggregation = `-- One status of those of all clusters that run the job, each a whole copy of it: the worst speaks for it, and of equals
-- the one that is furthest behind. Workers are summed.

local WORST_FIRST = { Failed = 1, Suspended = 2, Pending = 3, Initializing = 4, Running = 5, Completed = 6 }
-- A cluster whose operator has not taken the job up yet.
local NOT_TAKEN_UP = {
  state = "Pending",
  reason = "NotTakenUp",
  message = "The operator of the cluster has not taken it up yet",
}
local NOT_PLACED = {
  state = "Pending",
  reason = "NotPlaced",
  message = "Karmada has not placed it in a cluster yet",
}
local COUNTS = { "active", "succeeded", "failed", "pending" }

local function percentOf(status)
  return tonumber(string.match(status.progress or "", "^(%d+)")) or 0
end

local function isWorse(status, other)
  local rank, otherRank = WORST_FIRST[status.state] or 0, WORST_FIRST[other.state] or 0
  if rank ~= otherRank then
    return rank < otherRank
  end
  return percentOf(status) < percentOf(other)
end

local function summed(statuses)
  local workers = {}
  local ready, all = 0, 0
  for _, status in ipairs(statuses) do
    local of = status.workers or {}
    for _, count in ipairs(COUNTS) do
      if of[count] ~= nil then
        workers[count] = (workers[count] or 0) + of[count]
      end
    end
    local here, there = string.match(of.summary or "", "^(%d+)/(%d+)$")
    ready, all = ready + (tonumber(here) or 0), all + (tonumber(there) or 0)
  end
  if all > 0 then
    workers.summary = string.format("%d/%d", ready, all)
  end
  if next(workers) == nil then
    return nil
  end
  return workers
end

-- Whether every cluster has the object as it is now, and its operator has acted on that.
local function areUpToDate(statusItems, generation)
  for _, item in ipairs(statusItems) do
    local status = item.status or {}
    local isSent = status.resourceTemplateGeneration == generation
    if not isSent or status.observedGeneration == nil or status.observedGeneration ~= status.generation then
      return false
    end
  end
  return true
end

function AggregateStatus(desiredObj, statusItems)
  statusItems = statusItems or {}
  local before = desiredObj.status or {}
  local generation = desiredObj.metadata.generation
  local statuses = {}
  local worst = NOT_PLACED
  local cluster = nil
  for _, item in ipairs(statusItems) do
    local status = item.status
    if status == nil or status.state == nil then
      status = NOT_TAKEN_UP
    end
    table.insert(statuses, status)
    if cluster == nil or isWorse(status, worst) then
      worst, cluster = status, item.clusterName
    end
  end

  local status = {}
  for field, value in pairs(worst) do
    status[field] = value
  end
  status.generation, status.resourceTemplateGeneration = nil, nil
  status.workers = summed(statuses)
  if #statusItems > 1 and status.message ~= nil then
    status.message = cluster .. ": " .. status.message
  end
  status.observedGeneration = before.observedGeneration
  if #statusItems > 0 and areUpToDate(statusItems, generation) then
    status.observedGeneration = generation
  end
  if status.conditions ~= nil then
    -- The member counts the versions of its own object.
    local conditions = {}
    for _, condition in ipairs(status.conditions) do
      local copy = {}
      for field, value in pairs(condition) do
        copy[field] = value
      end
      copy.observedGeneration = status.observedGeneration
      table.insert(conditions, copy)
    end
    status.conditions = conditions
  end

  desiredObj.status = status
  -- Only the status is written; without references the spec's empty objects would come back as lists.
  desiredObj.spec = nil
  return desiredObj
end
`;
