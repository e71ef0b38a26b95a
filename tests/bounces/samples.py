"""Reports as mail servers write them. {to} is where it came back to, {id} the Message-ID of our mail, {reader} its reader."""

POSTFIX = """\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.voorbeeld.test (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="6F1.1700000000/mx.voorbeeld.test"

This is a MIME-encapsulated message.

--6F1.1700000000/mx.voorbeeld.test
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<{reader}>: {text}

--6F1.1700000000/mx.voorbeeld.test
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.voorbeeld.test
X-Postfix-Queue-ID: 6F1
Arrival-Date: Mon, 23 Nov 2026 10:30:00 +0100 (CET)

Final-Recipient: rfc822; {reader}
Original-Recipient: rfc822;{reader}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.voorbeeld.nl
Diagnostic-Code: smtp; {text}

--6F1.1700000000/mx.voorbeeld.test
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <{to}>
From: Kok <portaal@kok.test>
To: {reader}
Subject: Kok
Message-ID: {id}
Content-Type: multipart/alternative; boundary="=_1"

--=_1
Content-Type: text/plain

Dag Anna
--=_1--

--6F1.1700000000/mx.voorbeeld.test--
"""

EXIM = """\
Return-path: <>
Envelope-to: {to}
From: Mail Delivery System <Mailer-Daemon@exim.voorbeeld.test>
To: {to}
Auto-Submitted: auto-replied
X-Failed-Recipients: {reader}
Subject: Mail delivery failed: returning message to sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=1700000000-eximdsn-1

--1700000000-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

  {reader}
    host mail.voorbeeld.nl
    SMTP error from remote mail server after RCPT TO:<{reader}>:
    {text}

--1700000000-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; exim.voorbeeld.test

Action: {action}
Final-Recipient: rfc822;{reader}
Status: {status}
Remote-MTA: dns; mail.voorbeeld.nl
Diagnostic-Code: smtp; {text}

--1700000000-eximdsn-1
Content-type: message/rfc822

From: Kok <portaal@kok.test>
To: {reader}
Message-ID: {id}
Subject: Kok

Dag Anna

--1700000000-eximdsn-1--
"""

EXCHANGE = """\
Return-Path: <>
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@voorbeeld.test>
To: {to}
Date: Mon, 23 Nov 2026 09:31:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
	boundary="_d1f2_"
Content-Language: nl-NL
Subject: Onbestelbaar: Kok
Auto-Submitted: auto-replied
MIME-Version: 1.0

--_d1f2_
Content-Type: multipart/alternative; differences=Content-Type; boundary="_a1_"

--_a1_
Content-Type: text/plain; charset="us-ascii"

Uw bericht aan {reader} kan niet worden bezorgd.
--_a1_
Content-Type: text/html; charset="us-ascii"

<p>Uw bericht kan niet worden bezorgd.</p>
--_a1_--

--_d1f2_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.voorbeeld.test
Received-From-MTA: dns;mail.kok.test
Arrival-Date: Mon, 23 Nov 2026 09:30:59 +0000

Original-Recipient: rfc822;{reader}
Final-Recipient: rfc822;{reader}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{text}
X-Display-Name: {reader}

--_d1f2_
Content-Type: message/rfc822

From: Kok <portaal@kok.test>
To: {reader}
Subject: Kok
Message-ID: {id}

Dag Anna
--_d1f2_--
"""

GMAIL = """\
Delivered-To: {to}
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.test>
To: {to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; boundary="00000000000070"; report-type=delivery-status

--00000000000070
Content-Type: multipart/related; boundary="00000000000071"

--00000000000071
Content-Type: multipart/alternative; boundary="00000000000072"

--00000000000072
Content-Type: text/plain; charset="UTF-8"

** Adres niet gevonden **

Je bericht is niet bezorgd bij {reader}.
--00000000000072--
--00000000000071--
--00000000000070
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.test
Arrival-Date: Mon, 23 Nov 2026 01:30:00 -0800 (PST)
X-Original-Message-ID: {id}

Final-Recipient: rfc822; {reader}
Action: {action}
Status: {status}
Remote-MTA: dns; gmail-smtp-in.voorbeeld.test. (203.0.113.26, the server for the domain.)
Diagnostic-Code: smtp; {text}
 https://support.voorbeeld.test/mail/?p=NoSuchUser 4-20020a05 - gsmtp
Last-Attempt-Date: Mon, 23 Nov 2026 01:30:01 -0800 (PST)

--00000000000070
Content-Type: message/rfc822

DKIM-Signature: v=1; a=rsa-sha256; d=kok.test; s=kok;
From: Kok <portaal@kok.test>
To: {reader}
Message-ID: {id}

Dag Anna

--00000000000070--
"""

SENDMAIL = """\
Return-Path: <MAILER-DAEMON>
From: Mail Delivery Subsystem <MAILER-DAEMON@sendmail.voorbeeld.test>
To: <{to}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="x.1700000000/sendmail"
Subject: Returned mail: see transcript for details
Auto-Submitted: auto-generated (failure)

--x.1700000000/sendmail

The original message was received at Mon, 23 Nov 2026 10:30:00 +0100

   ----- The following addresses had permanent fatal errors -----
<{reader}>

--x.1700000000/sendmail
Content-Type: message/delivery-status

Reporting-MTA: dns; sendmail.voorbeeld.test

Final-Recipient: RFC822; {reader}
Action: {action}
Status: {status}
Diagnostic-Code: SMTP; {text}

--x.1700000000/sendmail
Content-Type: text/rfc822-headers

From: Kok <portaal@kok.test>
Message-ID:
 {id}
To: {reader}

--x.1700000000/sendmail--
"""

QMAIL = """\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@qmail.voorbeeld.test
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at qmail.voorbeeld.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{reader}>:
203.0.113.9 does not like recipient.
Remote host said: {text}
Giving up on 203.0.113.9.

--- Below this line is a copy of the message.

Return-Path: <{to}>
Message-ID: {id}
Subject: 550 5.7.1 this is our own mail
"""

AWAY = """\
Return-Path: <>
Delivered-To: {to}
From: {reader}
To: {to}
Subject: Niet aanwezig
Auto-Submitted: auto-replied (vacation)
In-Reply-To: {id}

Ik ben er niet. Kamer 5.1.1 is leeg, fout 550 5.1.1.
"""

PERSON = """\
Return-Path: <{reader}>
From: {reader}
To: {to}
Subject: Re: Kok
In-Reply-To: {id}

Bedankt! Mijn oude adres gaf 550 5.1.1.
"""

COMPLAINT = """\
Return-Path: <>
From: abuse@provider.test
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
--b
Content-Type: message/rfc822

Message-ID: {id}
To: {reader}

Dag
--b--
"""

STANDARD = {"postfix": POSTFIX, "exim": EXIM, "exchange": EXCHANGE, "gmail": GMAIL, "sendmail": SENDMAIL}


def report(
    sample,
    to,
    reader="anna@voorbeeld.nl",
    id="<1@kok.test>",
    status="5.1.1",
    text="550 5.1.1 no such user",
    action="failed",
):
    return (
        sample.format(to=to, reader=reader, id=id, status=status, text=text, action=action)
        .replace("\n", "\r\n")
        .encode()
    )
