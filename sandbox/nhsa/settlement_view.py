"""How settlements look on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulation.store import Row

from ..people import Person
from .bureau import time_text
from .money import yuan


def settlement(
    values: Mapping[str, Any], insured: Row, person: Person, setl_id: str, at: float
) -> dict[str, Any]:
    """Return the output of 2206, 2207, 2208 and 5203.

    :param values: the columns of a settlement; one that is only tried out has no balance yet.
    :param float at: when it was settled, 0 when it was not.
    """
    info = {
        "mdtrt_id": values["mdtrt_id"],
        "setl_id": setl_id,
        "psn_no": values["psn_no"],
        "psn_name": person.name,
        "psn_cert_type": "01",
        "certno": person.id_number,
        "insutype": values["insutype"],
        "psn_type": insured["psn_type"],
        "setl_time": time_text(at) if at else "",
        "med_type": values["med_type"],
        "clr_optins": insured["area"],
        "clr_way": "1",
        "clr_type": values["clr_type"],
        "medins_setl_id": values["medins_setl_id"],
        "refd_setl_flag": "1" if values["undoes"] else "0",
        "balc": yuan(values["balance"]),
        **_amounts(values),
    }
    return {"setlinfo": info, "setldetail": [_fund_row(values)]}


def _amounts(values: Mapping[str, Any]) -> dict[str, str]:
    nothing = "cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay hosp_part_amt"
    return {
        "medfee_sumamt": yuan(values["total"]),
        "fulamt_ownpay_amt": yuan(values["own"]),
        "overlmt_selfpay": yuan(values["over"]),
        "preselfpay_amt": yuan(values["pre"]),
        "inscp_scp_amt": yuan(values["scope"]),
        "act_pay_dedc": yuan(values["deductible"]),
        "hifp_pay": yuan(values["fund"]),
        "pool_prop_selfpay": values["ratio"],
        **dict.fromkeys(nothing.split(), "0.00"),
        "fund_pay_sumamt": yuan(values["fund"]),
        "psn_part_amt": yuan(values["account"] + values["cash"]),
        "acct_pay": yuan(values["account"]),
        "psn_cash_pay": yuan(values["cash"]),
        "acct_mulaid_pay": "0.00",
    }


def _fund_row(values: Mapping[str, Any]) -> dict[str, str]:
    employees = values["insutype"] == "310"
    return {
        "fund_pay_type": "310100" if employees else "390100",
        "fund_pay_type_name": f"{'职工' if employees else '居民'}基本医疗保险统筹基金",
        "inscp_scp_amt": yuan(values["scope"]),
        "crt_payb_lmt_amt": yuan(values["scope"] - values["deductible"]),
        "fund_payamt": yuan(values["fund"]),
        "setl_proc_info": f"支付比例{values['ratio']}",
    }
