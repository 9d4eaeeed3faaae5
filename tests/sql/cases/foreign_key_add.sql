-- a foreign key added to rows that are there
CREATE TABLE parents (id int PRIMARY KEY, name text UNIQUE);
INSERT INTO parents VALUES (1, 'one'), (2, 'two');
CREATE TABLE children (id int, parent int, name text);
INSERT INTO children VALUES (1, 1, 'one'), (2, NULL, 'none'), (3, 7, NULL);
ALTER TABLE children ADD CONSTRAINT to_parent FOREIGN KEY (parent) REFERENCES parents;
ALTER TABLE children ADD FOREIGN KEY (name) REFERENCES parents (name);
ALTER TABLE children ADD CONSTRAINT later FOREIGN KEY (parent) REFERENCES parents NOT VALID;
DELETE FROM children WHERE parent = 7 OR name = 'none';
ALTER TABLE children ADD CONSTRAINT to_parent FOREIGN KEY (parent) REFERENCES parents;
ALTER TABLE children ADD FOREIGN KEY (name) REFERENCES parents (name);
INSERT INTO children VALUES (4, 2, 'two');
SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY 1;
