-- SCIM compares user names and e-mail addresses without regard to the case of letters.

CREATE INDEX person_by_folded_username ON person (tenant_id, lower(username)) WHERE username IS NOT NULL;
CREATE INDEX person_by_folded_username_chain_id ON person (tenant_id, lower(username_chain_id)) WHERE username_chain_id IS NOT NULL;
CREATE INDEX person_by_folded_email ON person (tenant_id, lower(email)) WHERE email IS NOT NULL;
