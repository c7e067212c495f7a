select greatest(0, extract(epoch from min(due_at) - now()))::float8 as seconds from dispatch
