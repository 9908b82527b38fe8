#include "sample_data/clinical_tables.h"

namespace salus::sample_data {
namespace {

constexpr Literal kIcd10{"http://hl7.org/fhir/sid/icd-10-cm"};
constexpr Literal kRxNorm{"http://www.nlm.nih.gov/research/umls/rxnorm"};

constexpr Medication kLisinopril{
    {kRxNorm, "314076", "lisinopril 10 MG Oral Tablet"}, "one tablet each morning", 1};
constexpr Medication kMetformin{
    {kRxNorm, "860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet"},
    "one tablet with the evening meal",
    1};
constexpr Medication kAtorvastatin{
    {kRxNorm, "259255", "Atorvastatin 80 MG Oral Tablet"}, "one tablet at bedtime", 1};
constexpr Medication kAlbuterol{
    {kRxNorm, "745679", "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler"},
    "two puffs when short of breath",
    4};
constexpr Medication kFluticasone{
    {kRxNorm, "896209",
     "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder "
     "Inhaler"},
    "one inhalation twice a day",
    2};
constexpr Medication kSertraline{
    {kRxNorm, "312941", "sertraline 50 MG Oral Tablet"}, "one tablet each morning", 1};
constexpr Medication kNaproxen{
    {kRxNorm, "849574", "Naproxen sodium 220 MG Oral Tablet"}, "one tablet with food", 2};
constexpr Medication kWarfarin{
    {kRxNorm, "855332", "Warfarin Sodium 5 MG Oral Tablet"}, "as the clinic directs", 1};
constexpr Medication kClopidogrel{
    {kRxNorm, "309362", "Clopidogrel 75 MG Oral Tablet"}, "one tablet each day", 1};
constexpr Medication kAmoxicillin{
    {kRxNorm, "308182", "Amoxicillin 250 MG Oral Capsule"}, "one capsule for seven days", 3};
constexpr Medication kPenicillin{
    {kRxNorm, "834061", "Penicillin V Potassium 250 MG Oral Tablet"}, "for ten days", 4};
constexpr Medication kAcetaminophen{
    {kRxNorm, "313782", "Acetaminophen 325 MG Oral Tablet"}, "when in pain or feverish", 3};
constexpr Medication kIbuprofen{
    {kRxNorm, "310965", "Ibuprofen 200 MG Oral Tablet"}, "with food when in pain", 3};

constexpr ChronicCondition kChronic[] = {
    {{kSnomed, "59621000", "Essential hypertension"},
     {kIcd10, "I10", "Essential (primary) hypertension"},
     35,
     250,
     520,
     &kLisinopril},
    {{kSnomed, "44054006", "Diabetes mellitus type 2"},
     {kIcd10, "E11.9", "Type 2 diabetes mellitus without complications"},
     38,
     90,
     210,
     &kMetformin},
    {{kSnomed, "55822004", "Hyperlipidemia"},
     {kIcd10, "E78.5", "Hyperlipidemia, unspecified"},
     35,
     200,
     380,
     &kAtorvastatin},
    {{kSnomed, "195967001", "Asthma"},
     {kIcd10, "J45.909", "Unspecified asthma, uncomplicated"},
     4,
     90,
     70,
     &kAlbuterol},
    {{kSnomed, "13645005", "Chronic obstructive lung disease"},
     {kIcd10, "J44.9", "Chronic obstructive pulmonary disease, unspecified"},
     50,
     60,
     130,
     &kFluticasone},
    {{kSnomed, "370143000", "Major depressive disorder"},
     {kIcd10, "F32.9", "Major depressive disorder, single episode, unspecified"},
     16,
     90,
     80,
     &kSertraline},
    {{kSnomed, "239873007", "Osteoarthritis of knee"},
     {kIcd10, "M17.9", "Osteoarthritis of knee, unspecified"},
     50,
     120,
     280,
     &kNaproxen},
    {{kSnomed, "49436004", "Atrial fibrillation"},
     {kIcd10, "I48.91", "Unspecified atrial fibrillation"},
     55,
     40,
     120,
     &kWarfarin},
    {{kSnomed, "53741008", "Coronary arteriosclerosis"},
     {kIcd10, "I25.10",
      "Atherosclerotic heart disease of native coronary artery without angina pectoris"},
     45,
     50,
     160,
     &kClopidogrel},
    {{kSnomed, "162864005", "Body mass index 30+ - obesity"},
     {kIcd10, "E66.9", "Obesity, unspecified"},
     18,
     280,
     330,
     nullptr},
    // Three that consent and 42 CFR part 2 treat apart.
    {{kSnomed, "7200002", "Alcoholism"},
     {kIcd10, "F10.20", "Alcohol dependence, uncomplicated"},
     21,
     40,
     30,
     nullptr},
    {{kSnomed, "86406008", "Human immunodeficiency virus infection"},
     {kIcd10, "B20", "Human immunodeficiency virus [HIV] disease"},
     20,
     10,
     8,
     nullptr},
    {{kSnomed, "75544000", "Opioid dependence"},
     {kIcd10, "F11.20", "Opioid dependence, uncomplicated"},
     20,
     18,
     10,
     nullptr},
};

constexpr AcuteCondition kAcute[] = {
    {{kSnomed, "195662009", "Acute viral pharyngitis"},
     {kIcd10, "J02.9", "Acute pharyngitis, unspecified"},
     2,
     120,
     10,
     &kAcetaminophen},
    {{kSnomed, "444814009", "Viral sinusitis"},
     {kIcd10, "J01.90", "Acute sinusitis, unspecified"},
     5,
     120,
     14,
     nullptr},
    {{kSnomed, "10509002", "Acute bronchitis"},
     {kIcd10, "J20.9", "Acute bronchitis, unspecified"},
     2,
     120,
     14,
     &kAcetaminophen},
    {{kSnomed, "65363002", "Otitis media"},
     {kIcd10, "H66.90", "Otitis media, unspecified, unspecified ear"},
     0,
     12,
     10,
     &kAmoxicillin},
    {{kSnomed, "43878008", "Streptococcal sore throat"},
     {kIcd10, "J02.0", "Streptococcal pharyngitis"},
     3,
     40,
     10,
     &kPenicillin},
    {{kSnomed, "44465007", "Sprain of ankle"},
     {kIcd10, "S93.409A", "Sprain of unspecified ligament of unspecified ankle, initial encounter"},
     8,
     80,
     21,
     &kIbuprofen},
    {{kSnomed, "284549007", "Laceration of hand"},
     {kIcd10, "S61.419A", "Laceration without foreign body of unspecified hand, initial encounter"},
     3,
     90,
     21,
     &kIbuprofen},
};

constexpr Allergy kAllergies[] = {
    {{kSnomed, "91936005", "Allergy to penicillin"},
     "medication",
     {kSnomed, "271807003", "Eruption of skin"}},
    {{kSnomed, "91935009", "Allergy to peanut"}, "food", {kSnomed, "39579001", "Anaphylaxis"}},
    {{kSnomed, "419474003", "Allergy to mould"}, "environment", {kSnomed, "49727002", "Cough"}},
    {{kSnomed, "424213003", "Allergy to bee venom"},
     "environment",
     {kSnomed, "126485001", "Urticaria"}},
    {{kSnomed, "232347008", "Dander (animal) allergy"},
     "environment",
     {kSnomed, "76067001", "Sneezing"}},
};

}  // namespace

std::span<ChronicCondition const> chronic_conditions() noexcept {
    return kChronic;
}
std::span<AcuteCondition const> acute_conditions() noexcept {
    return kAcute;
}
std::span<Allergy const> allergies() noexcept {
    return kAllergies;
}

}  // namespace salus::sample_data
