-- What every room shares: servers, settings, numbers, drafts, handled events, due work.

-- name: add_server!
INSERT INTO server (id, name, slug, created_at) VALUES (:id, :name, :slug, :now) ON CONFLICT (id) DO NOTHING;

-- name: add_class!
INSERT INTO class (server_id, name) VALUES (:server_id, :name);

-- name: rename_server!
UPDATE server SET name = :name WHERE id = :id AND name <> :name;

-- name: server^
SELECT id, name, slug, timezone FROM server WHERE id = :id;

-- name: slug_taken$
SELECT 1 FROM server WHERE slug = :slug;

-- name: only_class$
SELECT MIN(id) FROM class WHERE server_id = :server_id;

-- name: take_number$
UPDATE server SET next_number = next_number + 1 WHERE id = :server_id RETURNING next_number - 1;

-- name: touch_site!
UPDATE server SET site_version = site_version + 1 WHERE id = :server_id;

-- name: settings
SELECT name, value FROM server_setting WHERE server_id = :server_id;

-- name: set_setting!
INSERT INTO server_setting (server_id, name, value) VALUES (:server_id, :name, :value)
ON CONFLICT (server_id, name) DO UPDATE SET value = excluded.value;

-- name: save_draft!
INSERT INTO draft (server_id, user_id, form, target, fields, saved_at)
VALUES (:server_id, :user_id, :form, :target, :fields, :now)
ON CONFLICT (server_id, user_id, form, target) DO UPDATE SET fields = excluded.fields, saved_at = excluded.saved_at;

-- name: draft$
SELECT fields FROM draft WHERE server_id = :server_id AND user_id = :user_id AND form = :form AND target = :target;

-- name: delete_draft!
DELETE FROM draft WHERE server_id = :server_id AND user_id = :user_id AND form = :form AND target = :target;

-- name: delete_old_drafts!
DELETE FROM draft WHERE saved_at < :before;

-- name: handled$
SELECT result FROM handled_event WHERE event_id = :event_id;

-- name: mark_handled!
INSERT INTO handled_event (event_id, server_id, result, handled_at) VALUES (:event_id, :server_id, :result, :now)
ON CONFLICT DO NOTHING;

-- name: delete_old_handled!
DELETE FROM handled_event WHERE handled_at < :before;

-- name: plan_work!
INSERT INTO due_work (server_id, kind, subject, due_at) VALUES (:server_id, :kind, :subject, :due_at)
ON CONFLICT (COALESCE(server_id, 0), kind, subject) DO UPDATE SET due_at = excluded.due_at;

-- name: plan_work_once!
-- As plan_work, but what is planned already stays when it was.
INSERT INTO due_work (server_id, kind, subject, due_at) VALUES (:server_id, :kind, :subject, :due_at)
ON CONFLICT (COALESCE(server_id, 0), kind, subject) DO NOTHING;

-- name: cancel_work!
DELETE FROM due_work WHERE server_id = :server_id AND kind = :kind AND subject = :subject;

-- name: due
SELECT id, server_id, kind, subject, due_at FROM due_work WHERE due_at <= :now ORDER BY due_at, id LIMIT :limit;

-- name: finish_work!
DELETE FROM due_work WHERE id = :id AND due_at = :due_at;

-- name: put_off_work!
UPDATE due_work SET due_at = :due_at WHERE id = :id;
