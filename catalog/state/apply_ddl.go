package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

func (o *CreateDatabase) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	d := o.Database
	if err := checkName(d.Name); err != nil {
		return OpResult{}, err
	}
	if c.Database(d.Name) != nil {
		return OpResult{}, errDatabaseExists(d.Name)
	}
	oid, err := c.takeOID(uint32(d.ID))
	if err != nil {
		return OpResult{}, err
	}
	d.ID = DatabaseID(oid)
	d.CreatedMicros = cmd.Micros
	c.addDatabase(&d)
	return OpResult{ID: int64(d.ID)}, nil
}

func (c *Catalog) addDatabase(d *Database) {
	c.databases = c.databases.set(d.Name, d)
	c.schemas = c.schemas.set(path(d.Name, "public"),
		&Schema{ID: PublicSchemaID, Database: d.Name, Name: "public", Owner: SystemUser})
}

func (o *DropDatabase) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	d := c.Database(o.Name)
	if d == nil {
		return OpResult{}, ErrNoDatabase(o.Name)
	}
	if d.System || d.Template {
		return OpResult{}, sqlerr.New(sqlerr.ObjectInUse, "cannot drop a template database")
	}
	for _, t := range c.Tables(o.Name) {
		c.removeTable(t)
	}
	for _, s := range c.Schemas(o.Name) {
		c.schemas = c.schemas.delete(path(o.Name, s.Name))
	}
	c.databases = c.databases.delete(o.Name)
	return OpResult{}, nil
}

func (o *CreateSchema) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	s := o.Schema
	if err := checkName(s.Name); err != nil {
		return OpResult{}, err
	}
	if c.Database(s.Database) == nil {
		return OpResult{}, ErrNoDatabase(s.Database)
	}
	if c.Schema(s.Database, s.Name) != nil {
		if o.IfNotExists {
			return OpResult{Skipped: true}, nil
		}
		return OpResult{}, errSchemaExists(s.Name)
	}
	oid, err := c.takeOID(uint32(s.ID))
	if err != nil {
		return OpResult{}, err
	}
	s.ID = SchemaID(oid)
	c.schemas = c.schemas.set(path(s.Database, s.Name), &s)
	return OpResult{ID: int64(s.ID)}, nil
}

func (o *DropSchema) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.Schema(o.Database, o.Name) == nil {
		return OpResult{}, ErrNoSchema(o.Name)
	}
	if IsSystemSchema(o.Name) {
		return OpResult{}, sqlerr.New(sqlerr.DependentObjects,
			"cannot drop schema %s because it is required by the database system", o.Name)
	}
	inside := c.TablesIn(o.Database, o.Name)
	if len(inside) > 0 && !o.Cascade {
		return OpResult{}, errDependents("schema "+o.Name, inside)
	}
	for _, t := range inside {
		c.dropReferences(t)
		c.removeTable(t)
	}
	c.schemas = c.schemas.delete(path(o.Database, o.Name))
	return OpResult{}, nil
}

func (o *CreateTable) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	t := o.Table
	if err := checkName(t.Name); err != nil {
		return OpResult{}, err
	}
	if c.Schema(t.Database, t.Schema) == nil {
		return OpResult{}, ErrNoSchema(t.Schema)
	}
	if IsSystemSchema(t.Schema) {
		return OpResult{}, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", t.Schema)
	}
	if c.Table(t.Database, t.Schema, t.Name) != nil {
		if o.IfNotExists {
			return OpResult{Skipped: true}, nil
		}
		return OpResult{}, errTableExists(t.Name)
	}
	if t.ID != 0 && c.TableByID(t.ID) != nil {
		return OpResult{}, sqlerr.New(sqlerr.InternalError, "object id %d is taken", t.ID)
	}
	oid, err := c.takeOID(uint32(t.ID))
	if err != nil {
		return OpResult{}, err
	}
	t.ID = TableID(oid)
	t.Version = Version{Number: 1}
	t.Def = 1
	t.CreatedMicros = cmd.Micros
	c.tables = c.tables.set(t.ID, &t)
	c.names = c.names.set(tablePath(t.Database, t.Schema, t.Name), t.ID)
	return OpResult{ID: int64(t.ID)}, nil
}

func (o *DropTable) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.ID)
	if t == nil {
		return OpResult{}, errNoTableID(o.ID)
	}
	if refs := c.References(t); len(refs) > 0 && !o.Cascade {
		return OpResult{}, errReferenced(t, refs)
	}
	c.dropReferences(t)
	c.removeTable(t)
	return OpResult{}, nil
}

// removeTable takes t out; its objects in managed storage are garbage then.
func (c *Catalog) removeTable(t *Table) {
	c.discardObjects(&t.Version)
	c.discard(t.Version.Stats)
	c.tables = c.tables.delete(t.ID)
	c.names = c.names.delete(tablePath(t.Database, t.Schema, t.Name))
	for i := range t.Columns {
		if t.Columns[i].Identity != nil {
			c.identity = c.identity.delete(identityOf(t.ID, i))
		}
	}
}

// References lists the other tables with foreign keys to t, by name.
func (c *Catalog) References(t *Table) []*Table {
	var out []*Table
	for _, other := range c.Tables(t.Database) {
		if other.ID != t.ID && slices.ContainsFunc(other.Constraints, t.isReferencedBy) {
			out = append(out, other)
		}
	}
	return out
}

func (t *Table) isReferencedBy(k Constraint) bool {
	return k.Kind == "f" && k.RefSchema == t.Schema && k.RefTable == t.Name
}

// dropReferences takes the foreign keys to t off all other tables.
func (c *Catalog) dropReferences(t *Table) {
	for _, other := range c.References(t) {
		changed := *other
		changed.Constraints = slices.DeleteFunc(slices.Clone(other.Constraints), t.isReferencedBy)
		changed.Def++
		c.tables = c.tables.set(other.ID, &changed)
	}
}
