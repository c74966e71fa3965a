"""Door hardware: what every door that speaks HTTP needs, and no door's own business.

A door is a package with a blueprint and `register(app)`, named in `cms.application.DOORS`. Its
views look like this:

    @entries.post("/<entry_id>/publication")
    @gate.requires(Permission.PUBLISH_OWN)          # or @gate.public; without one nothing starts
    def create(entry_id: str) -> ResponseReturnValue:
        entry = queries.get_entry(entry_id)                        # find: NotFound becomes 404
        form = PublicationForm.from_request()                      # read: a CarafeForm, checked
        if not form.ok:
            return page(form), 422                                 # the same page, values kept
        try:
            publishing.publish(entry, by=gate.signed_in_person(), now=gate.now())   # act
        except Rejected as refusal:
            form.show(refusal)                                     # words beside the field
            return page(form), 422
        db.commit()                                                # only here
        return urls.see_other("admin.entries.edit", entry_id=entry.id)

A unit of work is open for each request: reading for GET and HEAD, writing for everything else,
and begun at its first use, so what takes long is done before. NotAllowed, NotFound, Rejected and
Conflict that a view does not catch become pages in `errors`.
"""
