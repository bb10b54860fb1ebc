package state

import "slipher/catalog/sqlerr"

// maxOID is above every object id: BIGINTs and 32-bit ints hold them all.
const maxOID = 1 << 31

// takeOID is a new object's id: asked, which its creator has allocated before, or if
// that is 0 the next one. No later allocation gives it again.
func (c *Catalog) takeOID(asked uint32) (uint32, *sqlerr.Error) {
	if asked == 0 {
		asked = c.nextOID
	}
	if asked >= maxOID {
		return 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "out of object ids")
	}
	if asked < FirstUserOID {
		return 0, sqlerr.New(sqlerr.InternalError, "object id %d is not a user's", asked)
	}
	c.nextOID = max(c.nextOID, asked+1)
	return asked, nil
}
