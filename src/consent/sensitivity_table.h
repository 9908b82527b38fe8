// A starter set of codes that make a resource sensitive, for records that come without labels. It
// is short on purpose: it finds the common codes and misses others, so operators extend it, and a
// labelling service upstream is better. A code that is listed labels whatever it stands in.
//
// Sources: ICD-10-CM chapters (F10-F19 psychoactive substances; F20-F69 and F90-F99 mental and
// behavioural, without F70-F89, which are developmental; B20, Z21, R75, O98.7 HIV; A50-A64 sexually
// transmitted; O00-O08, Z30, Z33.2 reproduction; T74.2, T76.2, Z04.4 sexual abuse), SNOMED CT and
// LOINC as the public examples of US Core and Synthea use them. Sensitivities: v3-ActCode
// _ActInformationSensitivityPolicy.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace salus::consent {

enum class Terminology : std::uint8_t { icd10, snomed, loinc };

struct SensitiveCode {
    Terminology terminology;
    // Of ICD-10 a prefix, without the dot; of the others the whole code.
    std::string_view code;
    std::string_view sensitivity;
};

inline constexpr auto kSensitiveCodes = std::to_array<SensitiveCode>({
    {Terminology::icd10, "F10", "ETHUD"},
    {Terminology::icd10, "F11", "OPIOIDUD"},
    {Terminology::icd10, "F12", "SUD"},
    {Terminology::icd10, "F13", "SUD"},
    {Terminology::icd10, "F14", "SUD"},
    {Terminology::icd10, "F15", "SUD"},
    {Terminology::icd10, "F16", "SUD"},
    {Terminology::icd10, "F18", "SUD"},
    {Terminology::icd10, "F19", "SUD"},
    {Terminology::icd10, "F2", "PSY"},
    {Terminology::icd10, "F3", "PSY"},
    {Terminology::icd10, "F4", "PSY"},
    {Terminology::icd10, "F5", "PSY"},
    {Terminology::icd10, "F6", "PSY"},
    {Terminology::icd10, "F9", "PSY"},
    {Terminology::icd10, "B20", "HIV"},
    {Terminology::icd10, "B9735", "HIV"},
    {Terminology::icd10, "Z21", "HIV"},
    {Terminology::icd10, "R75", "HIV"},
    {Terminology::icd10, "O987", "HIV"},
    {Terminology::icd10, "A5", "STD"},
    {Terminology::icd10, "A60", "STD"},
    {Terminology::icd10, "A63", "STD"},
    {Terminology::icd10, "A64", "STD"},
    {Terminology::icd10, "O0", "SEX"},
    {Terminology::icd10, "Z30", "SEX"},
    {Terminology::icd10, "Z332", "SEX"},
    {Terminology::icd10, "T742", "SDV"},
    {Terminology::icd10, "T762", "SDV"},
    {Terminology::icd10, "Z044", "SDV"},
    {Terminology::snomed, "10939881000119105", "ETHUD"},  // unhealthy alcohol drinking behavior
    {Terminology::snomed, "7200002", "ETHUD"},            // alcoholism
    {Terminology::snomed, "24165007", "ETHUD"},           // alcoholism counseling
    {Terminology::snomed, "763302001", "ETHUD"},          // assessment using AUDIT-C
    {Terminology::snomed, "75544000", "OPIOIDUD"},        // opioid dependence
    {Terminology::snomed, "361055000", "SUD"},            // misuses drugs
    {Terminology::snomed, "428211000124100", "SUD"},      // assessment of substance use
    {Terminology::snomed, "713106006", "SUD"},            // screening for drug abuse
    {Terminology::snomed, "86406008", "HIV"},             // human immunodeficiency virus infection
    {Terminology::snomed, "62479008", "HIV"},             // AIDS
    {Terminology::snomed, "31676001", "HIV"},             // HIV antigen test
    {Terminology::snomed, "80583007", "PSY"},             // severe anxiety (panic)
    {Terminology::snomed, "87512008", "PSY"},             // mild major depression
    {Terminology::snomed, "40379007", "PSY"},             // major depression, recurrent, mild
    {Terminology::snomed, "370143000", "PSY"},            // major depressive disorder
    {Terminology::snomed, "47505003", "PSY"},             // posttraumatic stress disorder
    {Terminology::snomed, "58214004", "PSY"},             // schizophrenia
    {Terminology::snomed, "13746004", "PSY"},             // bipolar disorder
    {Terminology::snomed, "394587001", "PSY"},            // psychiatry
    {Terminology::snomed, "394913002", "PSY"},            // psychotherapy, a specialty
    {Terminology::snomed, "10383002", "SEX"},             // counseling for termination of pregnancy
    {Terminology::snomed, "386394001", "SEX"},            // pregnancy termination care
    {Terminology::snomed, "714812005", "SEX"},            // induced termination of pregnancy
    {Terminology::snomed, "169553002", "SEX"},            // insertion of a contraceptive implant
    {Terminology::snomed, "65200003", "SEX"},             // insertion of an intrauterine one
    {Terminology::snomed, "46706006", "SEX"},             // its replacement
    {Terminology::snomed, "454381000124105", "SEX"},      // not sure of desire to become pregnant
    {Terminology::snomed, "706893006", "SDV"},            // victim of intimate partner abuse
    {Terminology::snomed, "866148006", "SDV"},            // screening for domestic abuse
    {Terminology::loinc, "11331-6", "ETHUD"},             // history of alcohol use
    {Terminology::loinc, "68519-8", "ETHUD"},             // standard drinks on a typical day
    {Terminology::loinc, "72109-2", "ETHUD"},             // AUDIT-C
    {Terminology::loinc, "75626-2", "ETHUD"},             // AUDIT-C, total score
    {Terminology::loinc, "96841-2", "SUD"},               // TAPS
    {Terminology::loinc, "82667-7", "SUD"},               // DAST-10, total score
    {Terminology::loinc, "7918-6", "HIV"},                // HIV 1 and 2 antibody
    {Terminology::loinc, "56888-1", "HIV"},               // HIV 1 and 2 antibody and p24 antigen
    {Terminology::loinc, "20447-9", "HIV"},               // HIV 1 RNA, viral load
    {Terminology::loinc, "25836-8", "HIV"},               // HIV 1 RNA, viral load
    {Terminology::loinc, "44249-1", "PSY"},               // PHQ-9
    {Terminology::loinc, "44261-6", "PSY"},               // PHQ-9, total score
    {Terminology::loinc, "70274-6", "PSY"},               // GAD-7, total score
    {Terminology::loinc, "11510-5", "PSYTHPN"},           // psychology progress note
    {Terminology::loinc, "28627-8", "PSYTHPN"},           // psychiatry progress note
    {Terminology::loinc, "34904-3", "PSYTHPN"},           // mental health progress note
    {Terminology::loinc, "82810-3", "SEX"},               // pregnancy status
    {Terminology::loinc, "86645-9", "SEX"},               // pregnancy intention
});

}  // namespace salus::consent
