select name, note from lease where starts_with(name, $1) and note is not null
