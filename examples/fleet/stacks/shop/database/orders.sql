CREATE TABLE orders (id integer PRIMARY KEY, item text NOT NULL, pieces integer NOT NULL CHECK (pieces > 0));
