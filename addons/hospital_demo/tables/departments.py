"""Departments of the demo hospital.

Public facts behind it: founded 1978 near Nanming Lake, third-grade class A;
pulmonary diseases is a national key construction specialty of TCM; respiratory
medicine, orthopaedics, gynaecology, acupuncture and massage are provincial key
specialties or disciplines.  Every other department, all floors and rooms are an
illustration of what a hospital of this kind has.
"""

from typing import NamedTuple


class Unit(NamedTuple):
    """One department; ``parent`` empty for the first level.

    ``doctors``: number of fictional doctors; ``place``: (building, floor, room).
    """

    code: str
    zh: str
    en: str
    parent: str = ""
    kind: str = "clinic"
    doctors: int = 0
    place: tuple = ()
    specialties: tuple = ()
    horizon: int = 0


BUILDINGS = {"A": ("门诊楼", "Outpatient Building"), "B": ("医技楼", "Diagnostic Building"),
             "C": ("住院楼", "Inpatient Building"), "D": ("行政楼", "Administration Building")}

FIRST_LEVEL = (
    Unit("NK", "内科", "Internal Medicine"),
    Unit("WK", "外科", "Surgery"),
    Unit("GS", "骨伤科", "Orthopaedics and Traumatology"),
    Unit("FK", "妇产科", "Gynaecology and Obstetrics"),
    Unit("EK", "儿科", "Paediatrics"),
    Unit("ZJ", "针灸推拿康复科", "Acupuncture, Massage and Rehabilitation"),
    Unit("WG", "五官科", "Eye, Ear, Nose, Throat and Dental Care"),
    Unit("PF", "皮肤科", "Dermatology"),
    Unit("GY", "名中医馆", "Hall of Renowned TCM Doctors"),
    Unit("WB", "治未病中心", "Preventive Medicine Centre"),
    Unit("GR", "感染性疾病科", "Infectious Diseases"),
    Unit("JZ", "急诊医学科", "Emergency Medicine", kind="emergency", place=("A", "1", "101")),
    Unit("YJ", "医技科室", "Medical Technology", kind="medtech"),
    Unit("BQ", "住院病区", "Wards", kind="ward"),
    Unit("XZ", "行政职能科室", "Administration", kind="admin"),
)

CLINICS = (
    Unit("NK01", "肺病科", "Pulmonary Diseases", "NK", doctors=4, place=("A", "3", "301"),
         specialties=(("慢性咳嗽、支气管哮喘、慢阻肺的中西医结合治疗",
                       "Chronic cough, asthma and COPD with integrated medicine"),
                      ("肺部结节、间质性肺病、反复呼吸道感染",
                       "Lung nodules, interstitial lung disease, recurrent infections"))),
    Unit("NK02", "脾胃病科", "Spleen and Stomach Diseases", "NK", doctors=3, place=("A", "3", "305"),
         specialties=(("慢性胃炎、消化性溃疡、功能性消化不良",
                       "Chronic gastritis, peptic ulcer, functional dyspepsia"),
                      ("溃疡性结肠炎、便秘、肠易激综合征",
                       "Ulcerative colitis, constipation, irritable bowel"))),
    Unit("NK03", "心病科", "Heart Diseases", "NK", doctors=3, place=("A", "3", "308"),
         specialties=(("高血压、冠心病、心律失常", "Hypertension, coronary disease, arrhythmia"),
                      ("心力衰竭的中西医结合管理", "Heart failure with integrated medicine"))),
    Unit("NK04", "脑病科", "Brain Diseases", "NK", doctors=3, place=("A", "3", "312"),
         specialties=(("中风恢复期、头痛、眩晕", "Recovery after stroke, headache, vertigo"),
                      ("失眠、焦虑状态、帕金森病", "Insomnia, anxiety, Parkinson's disease"))),
    Unit("NK05", "肾病科", "Kidney Diseases", "NK", doctors=2, place=("A", "3", "315"),
         specialties=(("慢性肾炎、肾病综合征、慢性肾衰竭",
                       "Chronic nephritis, nephrotic syndrome, chronic renal failure"),)),
    Unit("NK06", "内分泌科", "Endocrinology", "NK", doctors=2, place=("A", "3", "318"),
         specialties=(("糖尿病及并发症、甲状腺疾病、痛风",
                       "Diabetes and its complications, thyroid disease, gout"),)),
    Unit("NK07", "肿瘤科", "Oncology", "NK", doctors=2, place=("A", "4", "401"),
         specialties=(("肿瘤的中医药康复与姑息治疗", "Rehabilitation and palliative care in cancer"),)),
    Unit("NK08", "风湿血液科", "Rheumatology and Haematology", "NK", doctors=2,
         place=("A", "4", "403"),
         specialties=(("类风湿关节炎、强直性脊柱炎、贫血",
                       "Rheumatoid arthritis, ankylosing spondylitis, anaemia"),)),
    Unit("NK09", "老年病科", "Geriatrics", "NK", doctors=2, place=("A", "4", "405"),
         specialties=(("老年综合评估、多病共存用药调整",
                       "Geriatric assessment, medication in multiple illness"),)),
    Unit("WK01", "普外科", "General Surgery", "WK", doctors=2, place=("A", "2", "201"),
         specialties=(("胆石症、疝、阑尾炎的微创手术", "Minimally invasive gallstone and hernia surgery"),)),
    Unit("WK02", "肛肠科", "Anorectal Surgery", "WK", doctors=2, place=("A", "2", "203"),
         specialties=(("痔、肛瘘、肛裂的中医特色治疗", "TCM treatment of piles, fistula and fissure"),)),
    Unit("WK03", "泌尿外科", "Urology", "WK", doctors=2, place=("A", "2", "205"),
         specialties=(("泌尿系结石、前列腺疾病", "Urinary stones, prostate disease"),)),
    Unit("WK04", "乳腺甲状腺科", "Breast and Thyroid", "WK", doctors=2, place=("A", "2", "207"),
         specialties=(("乳腺增生、乳腺结节、甲状腺结节", "Breast and thyroid nodules"),)),
    Unit("GS01", "创伤骨科", "Trauma", "GS", doctors=3, place=("A", "1", "110"),
         specialties=(("四肢骨折的手法整复与小夹板固定", "Manual reduction and splinting of fractures"),)),
    Unit("GS02", "脊柱科", "Spine", "GS", doctors=2, place=("A", "1", "112"),
         specialties=(("颈椎病、腰椎间盘突出症", "Cervical spondylosis, lumbar disc herniation"),)),
    Unit("GS03", "关节科", "Joints", "GS", doctors=2, place=("A", "1", "114"),
         specialties=(("膝骨关节炎、肩周炎、股骨头坏死", "Knee osteoarthritis, frozen shoulder"),)),
    Unit("FK01", "中医妇科", "TCM Gynaecology", "FK", doctors=3, place=("A", "5", "501"),
         specialties=(("月经不调、多囊卵巢综合征、更年期综合征",
                       "Menstrual disorders, polycystic ovary syndrome, menopause"),
                      ("不孕症、先兆流产的中药调理", "Infertility and threatened miscarriage"))),
    Unit("FK02", "产科", "Obstetrics", "FK", doctors=2, place=("A", "5", "505"),
         specialties=(("孕期保健、产后调理", "Care in pregnancy and after birth"),)),
    Unit("EK01", "中医儿科", "TCM Paediatrics", "EK", doctors=3, place=("A", "5", "510"),
         specialties=(("小儿咳嗽、厌食、反复感冒", "Children's cough, poor appetite, frequent colds"),
                      ("小儿推拿、腺样体肥大", "Massage for children, enlarged adenoids"))),
    Unit("ZJ01", "针灸科", "Acupuncture", "ZJ", doctors=3, place=("A", "6", "601"),
         specialties=(("面瘫、偏头痛、带状疱疹后遗神经痛",
                       "Facial palsy, migraine, pain after shingles"),)),
    Unit("ZJ02", "推拿科", "Massage", "ZJ", doctors=3, place=("A", "6", "605"),
         specialties=(("颈肩腰腿痛的手法治疗", "Manual treatment of neck, back and leg pain"),)),
    Unit("ZJ03", "康复科", "Rehabilitation", "ZJ", doctors=2, place=("A", "6", "610"),
         specialties=(("脑卒中后运动与言语康复", "Movement and speech after stroke"),)),
    Unit("WG01", "眼科", "Ophthalmology", "WG", doctors=2, place=("A", "7", "701"),
         specialties=(("白内障、干眼、青少年近视防控", "Cataract, dry eye, myopia in the young"),)),
    Unit("WG02", "耳鼻咽喉科", "Ear, Nose and Throat", "WG", doctors=2, place=("A", "7", "705"),
         specialties=(("过敏性鼻炎、耳鸣、慢性咽炎", "Allergic rhinitis, tinnitus, pharyngitis"),)),
    Unit("WG03", "口腔科", "Dental Care", "WG", doctors=3, place=("A", "7", "710"), horizon=14,
         specialties=(("牙体牙髓病、牙周病、种植与正畸", "Endodontics, gums, implants, braces"),)),
    Unit("PF01", "中医皮肤科", "TCM Dermatology", "PF", doctors=3, place=("A", "4", "410"),
         specialties=(("湿疹、痤疮、荨麻疹、银屑病", "Eczema, acne, urticaria, psoriasis"),)),
    Unit("GY01", "国医堂", "Renowned Doctors' Clinic", "GY", doctors=4, place=("A", "8", "801"),
         specialties=(("疑难杂病的中医辨证论治", "TCM for difficult illness"),
                      ("膏方调理、亚健康", "Herbal paste, sub-health"))),
    Unit("WB01", "治未病科", "Preventive Medicine", "WB", doctors=2, place=("A", "8", "806"),
         specialties=(("体质辨识、冬病夏治、养生指导", "Constitution, seasonal treatment, advice"),)),
    Unit("GR01", "肝病科", "Liver Diseases", "GR", doctors=2, place=("B", "1", "B102"),
         specialties=(("慢性乙型肝炎、脂肪肝、肝硬化", "Hepatitis B, fatty liver, cirrhosis"),)),
)

OTHERS = (
    Unit("GR02", "发热门诊", "Fever Clinic", "GR", place=("B", "1", "B106")),
    Unit("JZ01", "急诊内科", "Emergency Medicine Unit", "JZ", "emergency", place=("A", "1", "102")),
    Unit("JZ02", "急诊外科", "Emergency Surgery Unit", "JZ", "emergency", place=("A", "1", "104")),
    Unit("YJ01", "放射科", "Radiology", "YJ", "medtech", place=("B", "1", "B110")),
    Unit("YJ02", "超声科", "Ultrasound", "YJ", "medtech", place=("B", "2", "B201")),
    Unit("YJ03", "检验科", "Laboratory", "YJ", "medtech", place=("B", "2", "B210")),
    Unit("YJ04", "心电图室", "Electrocardiography", "YJ", "medtech", place=("B", "3", "B301")),
    Unit("YJ05", "内镜中心", "Endoscopy", "YJ", "medtech", place=("B", "3", "B305")),
    Unit("YJ06", "病理科", "Pathology", "YJ", "medtech", place=("B", "4", "B401")),
    Unit("BQ01", "肺病病区", "Pulmonary Ward", "BQ", "ward", place=("C", "5", "")),
    Unit("BQ02", "骨伤病区", "Orthopaedic Ward", "BQ", "ward", place=("C", "7", "")),
    Unit("BQ03", "针灸推拿病区", "Acupuncture Ward", "BQ", "ward", place=("C", "9", "")),
    Unit("XZ01", "门诊办公室", "Outpatient Office", "XZ", "admin", place=("D", "2", "201")),
    Unit("XZ02", "信息科", "Information Technology", "XZ", "admin", place=("D", "3", "301")),
    Unit("XZ03", "财务科", "Finance", "XZ", "admin", place=("D", "3", "305")),
)
