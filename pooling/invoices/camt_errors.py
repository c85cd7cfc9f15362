"""Why a file of the bank is not imported. `str()` of each is a sentence in the active language; nothing has changed."""

from __future__ import annotations

from django.utils.translation import gettext as _


class BankFileRefused(Exception):
    """A file of which nothing is imported."""


class BankFileTooBig(BankFileRefused):
    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return _(
            "This file is larger than %(megabytes)d MB. Please have the bank make one for a shorter time. Nothing was "
            "imported."
        ) % {"megabytes": self.limit // 1_000_000}


class BankFileDamaged(BankFileRefused):
    def __str__(self) -> str:
        return _("This file is damaged. Please download it from the bank once more. Nothing was imported.")


class BankFileTruncated(BankFileRefused):
    def __str__(self) -> str:
        return _("The end of this file is missing. Please download it from the bank once more. Nothing was imported.")


class BankFileWrongEncoding(BankFileRefused):
    def __str__(self) -> str:
        return _(
            "This file is not written in the character encoding that it names. Please download it from the bank once "
            "more and don't save it in another program. Nothing was imported."
        )


class BankFileWithEntities(BankFileRefused):
    def __str__(self) -> str:
        return _(
            "This file has a part that no bank writes and that can do harm. Please download it from the bank itself. "
            "Nothing was imported."
        )


class BankFileOfSomethingElse(BankFileRefused):
    def __str__(self) -> str:
        return _(
            "This is no camt.053 or camt.054 file in version 4 or 8. Please choose this format at the bank. Nothing "
            "was imported."
        )


class BankFileForeignCurrency(BankFileRefused):
    def __str__(self) -> str:
        return _("This file has amounts in another currency than francs. Nothing was imported.")


class BankFileContradictory(BankFileRefused):
    def __str__(self) -> str:
        return _("This file has an amount that can't be right. Please ask the bank about it. Nothing was imported.")


class BankFileOfAnotherAccount(BankFileRefused):
    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.account = account

    def __str__(self) -> str:
        return _("This file is of the account %(account)s, to which no invoice is paid. Nothing was imported.") % {
            "account": self.account
        }


class NoAccount(BankFileRefused):
    def __str__(self) -> str:
        return _("No account for invoices was given yet, so no file can belong to it. Nothing was imported.")
