"""Messages: mail that an account asks to have sent.

draft: what a caller asks for, in no dialect's words.
gate: one condition under which mail may leave; every gate that can't be evaluated stops the mail.
message: a draft that was accepted, with the sender that it goes out as.
departure: the moment at which a message goes to the mail provider; the gates that can have changed are asked again.
"""
