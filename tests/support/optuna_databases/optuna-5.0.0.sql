BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'squares');
INSERT INTO "studies" VALUES(2,'pair');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MINIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MINIMIZE',2,0);
INSERT INTO "study_directions" VALUES(3,'MAXIMIZE',2,1);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'by','"anybody"');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,0,3.24360846089798027236e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,1,2.74360846089798027236e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,1,2,2.57694179423131375372e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,0,1.03084530422001634524e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,2,1,9.30845304220016345198e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,2,2,8.97511970886683,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,3,0,8.6911180200172,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,3,1,8.1911180200172,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,3,2,8.02445135335053372216e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,4,0,1.39709326784418905729e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,4,1,1.19709326784418905735e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,4,2,1.13042660117752244983e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,5,0,2.58340675522823071119e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,5,1,2.08340675522823071119e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,5,2,1.91674008856156397051e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,6,0,1.10751690706105243577e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(17,6,1,9.07516907061052435778e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(18,6,2,8.40850240394385828324e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(19,7,0,5.01556818777118351704e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(20,7,1,3.01556818777118307295e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(21,7,2,2.34890152110451655431e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(22,8,0,2.54121913387852726984e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(23,8,1,1.54121913387852726984e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(24,8,2,1.20788580054519401052e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(25,9,0,1.33672960027389251533e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(26,9,1,1.18672960027389251536e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,9,2,1.1367296002738925154e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,10,0,1.11112853090520307124e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,10,1,1.06112853090520307117e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,10,2,1.04446186423853646372e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,11,0,2.3604911676845987678e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,11,1,1.8604911676845987678e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,11,2,1.69382450101793202712e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,12,0,1.08503164920824590744e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,12,1,5.85031649208245907445e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,12,2,4.18364982541579166763e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,13,0,1.25867344685019300065e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,13,1,0.758673446850193,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,13,2,5.92006780183526259975e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,14,0,1.00031773498343468098e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,14,1,5.00317734983434792006e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,14,2,3.33651068316768051325e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,15,0,4.21229467595789852651e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,15,1,3.71229467595789852651e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,15,2,3.54562800929123200788e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,16,0,2.09247740464503628743e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,16,1,1.59247740464503650947e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(48,17,0,2.33156678657840110702e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(49,17,1,1.33156678657840110702e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(50,17,2,9.98233453245067625658e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(51,18,0,2.00619635288635489445e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(52,18,1,1.00619635288635489445e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(53,18,2,6.72863019553021413088e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(54,19,0,5.5296514134567962273e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(55,19,1,4.0296514134567962273e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(56,19,2,3.5296514134567962273e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(57,20,0,5.19627011679968831003e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(58,20,1,4.19627011679968831003e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(59,20,2,3.86293678346635482867e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(60,21,0,2.47770320016788847539e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(61,21,1,1.97770320016788847539e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(62,22,0,3.00672301279906939441e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(63,22,1,1.50672301279906917237e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(64,22,2,1.00672301279906917237e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(65,23,0,1.14561581452680116832e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(66,23,1,6.45615814526801057304e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(67,23,2,4.78949147860134427645e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(68,24,0,4.06765546952915890699e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(69,24,1,3.56765546952915890699e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(70,24,2,3.40098880286249238835e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(71,25,0,1.12459314920911346291e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(72,25,1,6.24593149209113573938e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(73,25,2,4.57926482542446833257e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(74,26,0,2.97490437565894927374e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(75,26,1,1.97490437565894927374e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(76,27,0,4.02767274072382708283e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(77,27,1,3.02767274072382708283e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(78,27,2,2.69433940739049360146e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(79,28,0,1.5354578549693762568e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(80,28,1,1.0354578549693762568e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(81,28,2,8.68791188302709516122e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(82,29,0,1.76547410211291477821e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(83,29,1,1.26547410211291477821e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(84,29,2,1.09880743544624803753e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(85,30,0,2.98108577716649225664e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(86,30,1,1.98108577716649225664e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(87,30,2,1.64775244383315877527e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(88,31,0,2.59977511603474065182e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(89,31,1,1.59977511603474065182e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(90,32,0,1.1989887763458697556e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(91,32,1,6.98988776345869644579e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(92,32,2,0.532322109679203,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(93,33,0,1.21790638386234,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(94,33,1,0.71790638386234,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(95,33,2,5.51239717195673328831e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(96,34,0,2.84274194631565180202e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(97,34,1,2.34274194631565180202e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(98,34,2,2.17607527964898528338e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(99,35,0,3.0173176156754557553e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(100,35,1,2.0173176156754557553e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(101,35,2,1.68398428234212227394e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(102,36,0,1.1381948314377661191e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(103,36,1,6.38194831437766119108e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(104,37,0,3.66655720188581657481e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(105,37,1,3.16655720188581657481e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(106,37,2,2.99989053521915,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(107,38,0,3.51101102548912535894e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(108,38,1,2.51101102548912535894e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(109,38,2,2.17767769215579187758e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(110,39,0,2.00276645493951654941e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(111,39,1,1.00276645493951677146e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(112,39,2,6.69433121606183290097e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(113,40,0,3.13727146215036833964e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(114,40,1,2.13727146215036833964e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(115,40,2,1.80393812881703485828e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(116,41,0,4.21844622807786873153e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(117,41,1,3.71844622807786873153e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(118,42,0,2.07633318726033433421e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(119,42,1,1.57633318726033411216e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(120,42,2,1.40966652059366737148e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(121,43,0,1.00119641765606881556e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(122,43,1,5.0119641765606881556e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(123,43,2,3.34529750989402074878e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(124,44,0,1.09226820952625724991e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(125,44,1,5.92268209526257249919e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(126,44,2,4.25601542859590564749e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(127,45,0,1.07756969771287614001e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(128,45,1,5.77569697712876140016e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(129,45,2,4.10903031046209399335e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(130,46,0,1.67440219657700839483e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(131,46,1,1.17440219657700839483e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(132,47,0,1.01011311079537402513e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(133,47,1,0.510113110795374,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(134,47,2,3.4344644412870733996e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(135,48,0,2.01388972520611231331e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(136,48,1,1.01388972520611231331e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(137,48,2,0.680556391872779,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(138,49,0,1.06261573623714600245e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(139,49,1,0.562615736237146,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(140,49,2,3.95949069570479372792e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(141,50,0,2.25688621104627884506e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(142,50,1,1.75688621104627884506e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(143,50,2,1.59021954437961210437e+00,'FINITE');
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'x',-4.9786797178455621804e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(2,1,'rate',1.44868338872393507404e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(3,1,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(4,1,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(5,2,'x',-1.88243873173397457954e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(6,2,'rate',1.08813350036358891248e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(7,2,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(8,2,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(9,3,'x',-1.77328650161089540482e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(10,3,'rate',4.30876004783913163498e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(11,3,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(12,3,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(13,4,'x',-2.15767836842859761503e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(14,4,'rate',3.92920300262394970453e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(15,4,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(16,4,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(17,5,'x',2.25833491377622941342e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(18,5,'rate',4.82858621855446618065e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(19,5,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(20,5,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(21,6,'x',-2.4099189970016992035e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(22,6,'rate',1.8336771578903641143e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(23,6,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(24,6,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(25,6,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(26,7,'x',2.00775403138423769178e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(27,7,'rate',1.13465761470066077692e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(28,7,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(29,7,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(30,8,'x',1.73567597070893064881e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(31,8,'rate',2.04022478776179041126e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(32,8,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(33,8,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(34,9,'x',-2.21982856729033395382e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(35,9,'rate',1.14314382205487802854e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(36,9,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(37,9,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(38,10,'x',-2.67982472929751747159e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(39,10,'rate',0.00527658351694985,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(40,10,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(41,10,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(42,10,'shift',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(43,11,'x',1.16640094636647084769e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(44,11,'rate',1.74798543099119745199e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(45,11,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(46,11,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(47,11,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(48,12,'x',1.291601867635044254e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(49,12,'rate',6.41369564626357094305e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(50,12,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(51,12,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(52,12,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(53,13,'x',1.50859949552687622187e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(54,13,'rate',0.000770793227099497,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(55,13,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(56,13,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(57,13,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(58,14,'x',9.82174877744185104155e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(59,14,'rate',1.60075842832702909535e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(60,14,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(61,14,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(62,14,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(63,15,'x',-7.92287553925959175948e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(64,15,'rate',2.26923599875890655936e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(65,15,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(66,15,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(67,15,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(68,16,'x',2.04521643913834250128e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(69,16,'rate',1.09499418791221742909e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(70,16,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(71,16,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(72,16,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(73,17,'x',1.74181637511965914377e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(74,17,'rate',3.92816254574155038301e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(75,17,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(76,17,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(77,17,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(78,18,'x',1.07871691613849485236e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(79,18,'rate',1.04891411602400433508e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(80,18,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(81,18,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(82,19,'x',2.34048779104298576569e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(83,19,'rate',2.95174487799121506529e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(84,19,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(85,19,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(86,19,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(87,20,'x',2.53781154398322650322e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(88,20,'rate',2.04396377848985524861e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(89,20,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(90,20,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(91,20,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(92,21,'x',-2.15608160620801569962e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(93,21,'rate',1.82039508372613132239e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(94,21,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(95,21,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(96,21,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(97,22,'x',8.3199398026117088456e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(98,22,'rate',8.7609192440763242974e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(99,22,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(100,22,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(101,22,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(102,23,'x',1.38159640266491123838e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(103,23,'rate',3.39626465963147180712e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(104,23,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(105,23,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(106,24,'x',2.75147237190004201323e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(107,24,'rate',1.90344894846001421633e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(108,24,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(109,24,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(110,25,'x',6.47022452259193192602e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(111,25,'rate',3.68855399659925560842e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(112,25,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(113,25,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(114,26,'x',1.26275395480440755235e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(115,26,'rate',2.03043552743624092617e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(116,26,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(117,26,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(118,27,'x',-9.23963742770098406253e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(119,27,'rate',1.15101264728356702756e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(120,27,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(121,27,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(122,27,'shift',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(123,28,'x',2.68250141804334707451e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(124,28,'rate',1.14090890657926494027e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(125,28,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(126,28,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(127,28,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(128,29,'x',1.25086231613129372775e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(129,29,'rate',6.73026901766148153045e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(130,29,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(131,29,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(132,30,'x',1.49049774213094110564e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(133,30,'rate',0.000299939690136045,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(134,30,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(135,30,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(136,30,'shift',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(137,31,'x',1.52445149366163712478e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(138,31,'rate',9.1330847539239281424e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(139,31,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(140,31,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(141,31,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(142,32,'x',0.55391841962947,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(143,32,'rate',3.36735073971312969063e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(144,32,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(145,32,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(146,32,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(147,33,'x',1.46680443856323816653e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(148,33,'rate',1.41395499833438714537e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(149,33,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(150,33,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(151,34,'x',2.10747631519509459607e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(152,34,'rate',2.88834537868335502596e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(153,34,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(154,34,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(155,34,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(156,35,'x',-8.62164148676458630404e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(157,35,'rate',1.01446892142798309952e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(158,35,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(159,35,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(160,36,'x',6.28254345771512623386e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(161,36,'rate',0.00236659850447856,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(162,36,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(163,36,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(164,37,'x',-6.329596449042507178e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(165,37,'rate',0.000495705246202969,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(166,37,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(167,37,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(168,38,'x',2.22923188434449803807e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(169,38,'rate',3.51242559189858787743e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(170,38,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(171,38,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(172,39,'x',9.47402899894417283022e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(173,39,'rate',2.44415681373834521583e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(174,39,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(175,39,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(176,40,'x',2.06642930480663755687e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(177,40,'rate',1.31357772318878605411e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(178,40,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(179,40,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(180,41,'x',2.7940028506325926827e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(181,41,'rate',8.72548705006464240564e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(182,41,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(183,41,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(184,41,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(185,42,'x',2.0374647884436050127e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(186,42,'rate',0.000496357944086114,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(187,42,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(188,42,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(189,43,'x',9.65410729176971904585e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(190,43,'rate',0.000286278431949353,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(191,43,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(192,43,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(193,44,'x',1.30375682630396516614e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(194,44,'rate',5.2530595330311667581e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(195,44,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(196,44,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(197,45,'x',7.21486629202696794216e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(198,45,'rate',1.5178108270173302401e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(199,45,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(200,45,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(201,46,'x',1.78780055906453072545e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(202,46,'rate',1.89230302899253343632e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(203,46,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(204,46,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(205,47,'x',8.99436036298413399414e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(206,47,'rate',6.48110965815819600049e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(207,47,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(208,47,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(209,48,'x',8.82145321662174075605e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(210,48,'rate',4.37682275977969591131e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(211,48,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(212,48,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(213,49,'x',7.49768634585617821386e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(214,49,'rate',1.49550091963294431648e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(215,49,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(216,49,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(217,50,'x',-1.21109366228950299237e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(218,50,'rate',3.71225296173302067321e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(219,50,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(220,50,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(221,53,'x',0.834044009405148,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(222,54,'x',1.44064898688431619611e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(223,55,'x',2.28749634689773273521e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(224,56,'x',6.04665145263679537634e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(225,57,'x',2.93511781634226087689e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(226,58,'x',1.84677189537595598523e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(227,59,'x',3.72520422755341806819e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(228,60,'x',6.91121454086095488023e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(229,61,'x',7.93534948461339872949e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(230,62,'x',1.07763346800671389047e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,12,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.0006413695646263571, \"x\": 1.2916018676350443}"');
INSERT INTO "trial_system_attributes" VALUES(2,13,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.000770793227099497, \"x\": 1.5085994955268762}"');
INSERT INTO "trial_system_attributes" VALUES(3,14,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.0001600758428327029, \"x\": 0.9821748777441851}"');
INSERT INTO "trial_system_attributes" VALUES(4,15,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.00022692359987589066, \"x\": -0.7922875539259592}"');
INSERT INTO "trial_system_attributes" VALUES(5,16,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.00010949941879122174, \"x\": 2.0452164391383425}"');
INSERT INTO "trial_system_attributes" VALUES(6,17,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 2, \"rate\": 0.00039281625457415504, \"x\": 0.17418163751196591}"');
INSERT INTO "trial_system_attributes" VALUES(7,18,'tpe:relative_params:0','"{\"kind\": null, \"layers\": 2, \"rate\": 0.00010489141160240043, \"x\": 1.0787169161384949}"');
INSERT INTO "trial_system_attributes" VALUES(8,19,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 3, \"rate\": 0.0002951744877991215, \"x\": 2.3404877910429858}"');
INSERT INTO "trial_system_attributes" VALUES(9,20,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 2, \"rate\": 0.0020439637784898552, \"x\": 2.5378115439832265}"');
INSERT INTO "trial_system_attributes" VALUES(10,21,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.0018203950837261313, \"x\": -0.21560816062080157}"');
INSERT INTO "trial_system_attributes" VALUES(11,22,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 3, \"rate\": 0.0008760919244076324, \"x\": 0.8319939802611709}"');
INSERT INTO "trial_system_attributes" VALUES(12,23,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.0003396264659631472, \"x\": 1.3815964026649112}"');
INSERT INTO "trial_system_attributes" VALUES(13,24,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00019034489484600142, \"x\": 2.751472371900042}"');
INSERT INTO "trial_system_attributes" VALUES(14,25,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00036885539965992556, \"x\": 0.6470224522591932}"');
INSERT INTO "trial_system_attributes" VALUES(15,26,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 2, \"rate\": 0.0002030435527436241, \"x\": 0.012627539548044076}"');
INSERT INTO "trial_system_attributes" VALUES(16,27,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 2, \"rate\": 0.0001151012647283567, \"x\": -0.9239637427700984}"');
INSERT INTO "trial_system_attributes" VALUES(17,28,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.0001140908906579265, \"x\": 0.2682501418043347}"');
INSERT INTO "trial_system_attributes" VALUES(18,29,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.0006730269017661482, \"x\": 0.12508623161312937}"');
INSERT INTO "trial_system_attributes" VALUES(19,30,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 2, \"rate\": 0.000299939690136045, \"x\": 1.490497742130941}"');
INSERT INTO "trial_system_attributes" VALUES(20,31,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 2, \"rate\": 0.0009133084753923928, \"x\": 1.5244514936616371}"');
INSERT INTO "trial_system_attributes" VALUES(21,32,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.00033673507397131297, \"x\": 0.55391841962947}"');
INSERT INTO "trial_system_attributes" VALUES(22,33,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00014139549983343871, \"x\": 1.4668044385632382}"');
INSERT INTO "trial_system_attributes" VALUES(23,34,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.0002888345378683355, \"x\": 2.1074763151950946}"');
INSERT INTO "trial_system_attributes" VALUES(24,35,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 2, \"rate\": 0.001014468921427983, \"x\": -0.008621641486764586}"');
INSERT INTO "trial_system_attributes" VALUES(25,36,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00236659850447856, \"x\": 0.6282543457715126}"');
INSERT INTO "trial_system_attributes" VALUES(26,37,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.000495705246202969, \"x\": -0.6329596449042507}"');
INSERT INTO "trial_system_attributes" VALUES(27,38,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 2, \"rate\": 0.0003512425591898588, \"x\": 2.229231884344498}"');
INSERT INTO "trial_system_attributes" VALUES(28,39,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 2, \"rate\": 0.0002444156813738345, \"x\": 0.9474028998944173}"');
INSERT INTO "trial_system_attributes" VALUES(29,40,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 2, \"rate\": 0.0001313577723188786, \"x\": 2.0664293048066376}"');
INSERT INTO "trial_system_attributes" VALUES(30,41,'tpe:relative_params:0','"{\"kind\": \"deep\", \"layers\": 1, \"rate\": 0.0008725487050064642, \"x\": 2.7940028506325927}"');
INSERT INTO "trial_system_attributes" VALUES(31,42,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.000496357944086114, \"x\": 2.037464788443605}"');
INSERT INTO "trial_system_attributes" VALUES(32,43,'tpe:relative_params:0','"{\"kind\": null, \"layers\": 1, \"rate\": 0.000286278431949353, \"x\": 0.9654107291769719}"');
INSERT INTO "trial_system_attributes" VALUES(33,44,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.0005253059533031167, \"x\": 1.3037568263039652}"');
INSERT INTO "trial_system_attributes" VALUES(34,45,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00015178108270173302, \"x\": 0.7214866292026968}"');
INSERT INTO "trial_system_attributes" VALUES(35,46,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00018923030289925334, \"x\": 0.17878005590645307}"');
INSERT INTO "trial_system_attributes" VALUES(36,47,'tpe:relative_params:0','"{\"kind\": null, \"layers\": 1, \"rate\": 0.0006481109658158196, \"x\": 0.8994360362984134}"');
INSERT INTO "trial_system_attributes" VALUES(37,48,'tpe:relative_params:0','"{\"kind\": null, \"layers\": 2, \"rate\": 0.0004376822759779696, \"x\": 0.8821453216621741}"');
INSERT INTO "trial_system_attributes" VALUES(38,49,'tpe:relative_params:0','"{\"kind\": \"plain\", \"layers\": 1, \"rate\": 0.00014955009196329443, \"x\": 0.7497686345856178}"');
INSERT INTO "trial_system_attributes" VALUES(39,50,'tpe:relative_params:0','"{\"kind\": null, \"layers\": 1, \"rate\": 0.00037122529617330207, \"x\": -0.1211093662289503}"');
INSERT INTO "trial_system_attributes" VALUES(40,52,'fixed_params','{"x": 1.0}');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'size','10');
INSERT INTO "trial_user_attributes" VALUES(2,1,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(3,2,'size','20');
INSERT INTO "trial_user_attributes" VALUES(4,2,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(5,3,'size','10');
INSERT INTO "trial_user_attributes" VALUES(6,3,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(7,4,'size','40');
INSERT INTO "trial_user_attributes" VALUES(8,4,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(9,5,'size','10');
INSERT INTO "trial_user_attributes" VALUES(10,5,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(11,6,'size','40');
INSERT INTO "trial_user_attributes" VALUES(12,6,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(13,7,'size','40');
INSERT INTO "trial_user_attributes" VALUES(14,7,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(15,8,'size','20');
INSERT INTO "trial_user_attributes" VALUES(16,8,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(17,9,'size','30');
INSERT INTO "trial_user_attributes" VALUES(18,9,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(19,10,'size','10');
INSERT INTO "trial_user_attributes" VALUES(20,10,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(21,11,'size','10');
INSERT INTO "trial_user_attributes" VALUES(22,11,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(23,12,'size','10');
INSERT INTO "trial_user_attributes" VALUES(24,12,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(25,13,'size','10');
INSERT INTO "trial_user_attributes" VALUES(26,13,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(27,14,'size','10');
INSERT INTO "trial_user_attributes" VALUES(28,14,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(29,15,'size','10');
INSERT INTO "trial_user_attributes" VALUES(30,15,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(31,16,'size','10');
INSERT INTO "trial_user_attributes" VALUES(32,16,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(33,17,'size','20');
INSERT INTO "trial_user_attributes" VALUES(34,17,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(35,18,'size','20');
INSERT INTO "trial_user_attributes" VALUES(36,18,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(37,19,'size','30');
INSERT INTO "trial_user_attributes" VALUES(38,19,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(39,20,'size','20');
INSERT INTO "trial_user_attributes" VALUES(40,20,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(41,21,'size','10');
INSERT INTO "trial_user_attributes" VALUES(42,21,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(43,22,'size','30');
INSERT INTO "trial_user_attributes" VALUES(44,22,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(45,23,'size','10');
INSERT INTO "trial_user_attributes" VALUES(46,23,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(47,24,'size','10');
INSERT INTO "trial_user_attributes" VALUES(48,24,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(49,25,'size','10');
INSERT INTO "trial_user_attributes" VALUES(50,25,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(51,26,'size','20');
INSERT INTO "trial_user_attributes" VALUES(52,26,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(53,27,'size','20');
INSERT INTO "trial_user_attributes" VALUES(54,27,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(55,28,'size','10');
INSERT INTO "trial_user_attributes" VALUES(56,28,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(57,29,'size','10');
INSERT INTO "trial_user_attributes" VALUES(58,29,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(59,30,'size','20');
INSERT INTO "trial_user_attributes" VALUES(60,30,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(61,31,'size','20');
INSERT INTO "trial_user_attributes" VALUES(62,31,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(63,32,'size','10');
INSERT INTO "trial_user_attributes" VALUES(64,32,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(65,33,'size','10');
INSERT INTO "trial_user_attributes" VALUES(66,33,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(67,34,'size','10');
INSERT INTO "trial_user_attributes" VALUES(68,34,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(69,35,'size','20');
INSERT INTO "trial_user_attributes" VALUES(70,35,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(71,36,'size','10');
INSERT INTO "trial_user_attributes" VALUES(72,36,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(73,37,'size','10');
INSERT INTO "trial_user_attributes" VALUES(74,37,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(75,38,'size','20');
INSERT INTO "trial_user_attributes" VALUES(76,38,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(77,39,'size','20');
INSERT INTO "trial_user_attributes" VALUES(78,39,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(79,40,'size','20');
INSERT INTO "trial_user_attributes" VALUES(80,40,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(81,41,'size','10');
INSERT INTO "trial_user_attributes" VALUES(82,41,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(83,42,'size','10');
INSERT INTO "trial_user_attributes" VALUES(84,42,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(85,43,'size','10');
INSERT INTO "trial_user_attributes" VALUES(86,43,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(87,44,'size','10');
INSERT INTO "trial_user_attributes" VALUES(88,44,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(89,45,'size','10');
INSERT INTO "trial_user_attributes" VALUES(90,45,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(91,46,'size','10');
INSERT INTO "trial_user_attributes" VALUES(92,46,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(93,47,'size','10');
INSERT INTO "trial_user_attributes" VALUES(94,47,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(95,48,'size','20');
INSERT INTO "trial_user_attributes" VALUES(96,48,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(97,49,'size','10');
INSERT INTO "trial_user_attributes" VALUES(98,49,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(99,50,'size','10');
INSERT INTO "trial_user_attributes" VALUES(100,50,'note','{"of": ["anything", 1.5, null]}');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,2.59142862811855323457e+00,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,8.97620784236719337911e+00,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,8.06753895382892416421e+00,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,1.13046589320754868883e+01,'FINITE');
INSERT INTO "trial_values" VALUES(5,5,0,1.96502595074710861844e+00,'FINITE');
INSERT INTO "trial_values" VALUES(6,6,0,8.41033608110174846217e+00,'FINITE');
INSERT INTO "trial_values" VALUES(7,7,0,2.34901498686598664278e+00,'FINITE');
INSERT INTO "trial_values" VALUES(8,9,0,1.1367410317121130703e+01,'FINITE');
INSERT INTO "trial_values" VALUES(9,10,0,1.04498952259023152326e+01,'FINITE');
INSERT INTO "trial_values" VALUES(10,11,0,1.69557248644892322175e+00,'FINITE');
INSERT INTO "trial_values" VALUES(11,12,0,4.19006352106205515184e-01,'FINITE');
INSERT INTO "trial_values" VALUES(12,13,0,5.92777573410625757688e-01,'FINITE');
INSERT INTO "trial_values" VALUES(13,14,0,3.33811144159600781122e-01,'FINITE');
INSERT INTO "trial_values" VALUES(14,15,0,3.54585493289110775805e+00,'FINITE');
INSERT INTO "trial_values" VALUES(15,16,0,1.59247740464503650947e+00,'FINITE');
INSERT INTO "trial_values" VALUES(16,17,0,9.98626269499641727733e-01,'FINITE');
INSERT INTO "trial_values" VALUES(17,18,0,6.72967910964623827752e-01,'FINITE');
INSERT INTO "trial_values" VALUES(18,19,0,3.5299465879445954819e+00,'FINITE');
INSERT INTO "trial_values" VALUES(19,20,0,3.86498074724484474984e+00,'FINITE');
INSERT INTO "trial_values" VALUES(20,21,0,1.97770320016788847539e+00,'FINITE');
INSERT INTO "trial_values" VALUES(21,22,0,1.00759910472347691268e+00,'FINITE');
INSERT INTO "trial_values" VALUES(22,23,0,4.79288774326097510858e-01,'FINITE');
INSERT INTO "trial_values" VALUES(23,24,0,3.40117914775733831689e+00,'FINITE');
INSERT INTO "trial_values" VALUES(24,25,0,4.58295337942106806305e-01,'FINITE');
INSERT INTO "trial_values" VALUES(25,26,0,1.97490437565894927374e+00,'FINITE');
INSERT INTO "trial_values" VALUES(26,27,0,2.69445450865522184713e+00,'FINITE');
INSERT INTO "trial_values" VALUES(27,28,0,8.68905279193367574563e-01,'FINITE');
INSERT INTO "trial_values" VALUES(28,29,0,1.09948046234801410925e+00,'FINITE');
INSERT INTO "trial_values" VALUES(29,30,0,1.64805238352329497253e+00,'FINITE');
INSERT INTO "trial_values" VALUES(30,31,0,1.59977511603474065182e+00,'FINITE');
INSERT INTO "trial_values" VALUES(31,32,0,5.32658844753174265385e-01,'FINITE');
INSERT INTO "trial_values" VALUES(32,33,0,5.51381112695506714338e-01,'FINITE');
INSERT INTO "trial_values" VALUES(33,34,0,2.17636411418685371543e+00,'FINITE');
INSERT INTO "trial_values" VALUES(34,35,0,1.684998751263550254e+00,'FINITE');
INSERT INTO "trial_values" VALUES(35,36,0,6.38194831437766119108e-01,'FINITE');
INSERT INTO "trial_values" VALUES(36,37,0,3.00038624046535318257e+00,'FINITE');
INSERT INTO "trial_values" VALUES(37,38,0,2.17802893471498171251e+00,'FINITE');
INSERT INTO "trial_values" VALUES(38,39,0,6.69677537287557189671e-01,'FINITE');
INSERT INTO "trial_values" VALUES(39,40,0,1.80406948658935384344e+00,'FINITE');
INSERT INTO "trial_values" VALUES(40,41,0,3.71844622807786873153e+00,'FINITE');
INSERT INTO "trial_values" VALUES(41,42,0,1.41016287853775357241e+00,'FINITE');
INSERT INTO "trial_values" VALUES(42,43,0,3.3481602942135146872e-01,'FINITE');
INSERT INTO "trial_values" VALUES(43,44,0,4.26126848812893699314e-01,'FINITE');
INSERT INTO "trial_values" VALUES(44,45,0,4.1105481212891115117e-01,'FINITE');
INSERT INTO "trial_values" VALUES(45,46,0,1.17440219657700839483e+00,'FINITE');
INSERT INTO "trial_values" VALUES(46,47,0,3.44094555094523135707e-01,'FINITE');
INSERT INTO "trial_values" VALUES(47,48,0,0.680994074148757,'FINITE');
INSERT INTO "trial_values" VALUES(48,49,0,3.9609861966244264142e-01,'FINITE');
INSERT INTO "trial_values" VALUES(49,50,0,1.59059076967578549854e+00,'FINITE');
INSERT INTO "trial_values" VALUES(50,53,0,6.95629409624614614138e-01,'FINITE');
INSERT INTO "trial_values" VALUES(51,53,1,-2.75413908143186045296e-02,'FINITE');
INSERT INTO "trial_values" VALUES(52,54,0,2.07546950341080682633e+00,'FINITE');
INSERT INTO "trial_values" VALUES(53,54,1,-1.94171529642174267582e-01,'FINITE');
INSERT INTO "trial_values" VALUES(54,55,0,5.23263953707047221267e-08,'FINITE');
INSERT INTO "trial_values" VALUES(55,55,1,-9.9954255305701578127e-01,'FINITE');
INSERT INTO "trial_values" VALUES(56,56,0,3.6561993789674668287e-01,'FINITE');
INSERT INTO "trial_values" VALUES(57,56,1,-1.562896473693876076e-01,'FINITE');
INSERT INTO "trial_values" VALUES(58,57,0,8.61491659580976149035e-02,'FINITE');
INSERT INTO "trial_values" VALUES(59,57,1,-4.99125602689645453402e-01,'FINITE');
INSERT INTO "trial_values" VALUES(60,58,0,3.41056643355050065347e-02,'FINITE');
INSERT INTO "trial_values" VALUES(61,58,1,-6.6475128526031379561e-01,'FINITE');
INSERT INTO "trial_values" VALUES(62,59,0,1.38771465369818575164e-01,'FINITE');
INSERT INTO "trial_values" VALUES(63,59,1,-0.393730619859135,'FINITE');
INSERT INTO "trial_values" VALUES(64,60,0,0.477648864298079,'FINITE');
INSERT INTO "trial_values" VALUES(65,60,1,-9.54059561258880223233e-02,'FINITE');
INSERT INTO "trial_values" VALUES(66,61,0,6.29697714429541366421e-01,'FINITE');
INSERT INTO "trial_values" VALUES(67,61,1,-4.26278175068615858278e-02,'FINITE');
INSERT INTO "trial_values" VALUES(68,62,0,1.16129389136817717798e+00,'FINITE');
INSERT INTO "trial_values" VALUES(69,62,1,-6.02695535474946902237e-03,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-12-01 17:32:22.562630','2026-12-01 17:32:22.816901');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-12-01 17:32:22.842217','2026-12-01 17:32:23.014994');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-12-01 17:32:23.040279','2026-12-01 17:32:23.304027');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-12-01 17:32:23.325839','2026-12-01 17:32:23.544079');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-12-01 17:32:23.572332','2026-12-01 17:32:23.790043');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-12-01 17:32:23.816267','2026-12-01 17:32:24.031096');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-12-01 17:32:24.055808','2026-12-01 17:32:24.267051');
INSERT INTO "trials" VALUES(8,7,1,'FAIL','2026-12-01 17:32:24.296151','2026-12-01 17:32:24.494142');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-12-01 17:32:24.520919','2026-12-01 17:32:24.746582');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-12-01 17:32:24.763414','2026-12-01 17:32:25.018225');
INSERT INTO "trials" VALUES(11,10,1,'COMPLETE','2026-12-01 17:32:25.042965','2026-12-01 17:32:25.311592');
INSERT INTO "trials" VALUES(12,11,1,'COMPLETE','2026-12-01 17:32:25.335342','2026-12-01 17:32:25.565672');
INSERT INTO "trials" VALUES(13,12,1,'COMPLETE','2026-12-01 17:32:25.583887','2026-12-01 17:32:25.800556');
INSERT INTO "trials" VALUES(14,13,1,'COMPLETE','2026-12-01 17:32:25.827493','2026-12-01 17:32:26.118816');
INSERT INTO "trials" VALUES(15,14,1,'COMPLETE','2026-12-01 17:32:26.147949','2026-12-01 17:32:26.369259');
INSERT INTO "trials" VALUES(16,15,1,'PRUNED','2026-12-01 17:32:26.389902','2026-12-01 17:32:26.674955');
INSERT INTO "trials" VALUES(17,16,1,'COMPLETE','2026-12-01 17:32:26.703605','2026-12-01 17:32:26.901914');
INSERT INTO "trials" VALUES(18,17,1,'COMPLETE','2026-12-01 17:32:26.913419','2026-12-01 17:32:27.110757');
INSERT INTO "trials" VALUES(19,18,1,'COMPLETE','2026-12-01 17:32:27.131550','2026-12-01 17:32:27.366834');
INSERT INTO "trials" VALUES(20,19,1,'COMPLETE','2026-12-01 17:32:27.395517','2026-12-01 17:32:27.642945');
INSERT INTO "trials" VALUES(21,20,1,'PRUNED','2026-12-01 17:32:27.671895','2026-12-01 17:32:27.903349');
INSERT INTO "trials" VALUES(22,21,1,'COMPLETE','2026-12-01 17:32:27.919226','2026-12-01 17:32:28.146634');
INSERT INTO "trials" VALUES(23,22,1,'COMPLETE','2026-12-01 17:32:28.160267','2026-12-01 17:32:28.362826');
INSERT INTO "trials" VALUES(24,23,1,'COMPLETE','2026-12-01 17:32:28.380705','2026-12-01 17:32:28.580271');
INSERT INTO "trials" VALUES(25,24,1,'COMPLETE','2026-12-01 17:32:28.604016','2026-12-01 17:32:28.822208');
INSERT INTO "trials" VALUES(26,25,1,'PRUNED','2026-12-01 17:32:28.839372','2026-12-01 17:32:29.014659');
INSERT INTO "trials" VALUES(27,26,1,'COMPLETE','2026-12-01 17:32:29.031747','2026-12-01 17:32:29.298495');
INSERT INTO "trials" VALUES(28,27,1,'COMPLETE','2026-12-01 17:32:29.323326','2026-12-01 17:32:29.583194');
INSERT INTO "trials" VALUES(29,28,1,'COMPLETE','2026-12-01 17:32:29.611472','2026-12-01 17:32:29.866399');
INSERT INTO "trials" VALUES(30,29,1,'COMPLETE','2026-12-01 17:32:29.891829','2026-12-01 17:32:30.114632');
INSERT INTO "trials" VALUES(31,30,1,'PRUNED','2026-12-01 17:32:30.145957','2026-12-01 17:32:30.378704');
INSERT INTO "trials" VALUES(32,31,1,'COMPLETE','2026-12-01 17:32:30.399930','2026-12-01 17:32:30.662334');
INSERT INTO "trials" VALUES(33,32,1,'COMPLETE','2026-12-01 17:32:30.689796','2026-12-01 17:32:30.911332');
INSERT INTO "trials" VALUES(34,33,1,'COMPLETE','2026-12-01 17:32:30.932246','2026-12-01 17:32:31.187298');
INSERT INTO "trials" VALUES(35,34,1,'COMPLETE','2026-12-01 17:32:31.215960','2026-12-01 17:32:31.382261');
INSERT INTO "trials" VALUES(36,35,1,'PRUNED','2026-12-01 17:32:31.398934','2026-12-01 17:32:31.590892');
INSERT INTO "trials" VALUES(37,36,1,'COMPLETE','2026-12-01 17:32:31.611986','2026-12-01 17:32:31.790931');
INSERT INTO "trials" VALUES(38,37,1,'COMPLETE','2026-12-01 17:32:31.812577','2026-12-01 17:32:32.022859');
INSERT INTO "trials" VALUES(39,38,1,'COMPLETE','2026-12-01 17:32:32.047751','2026-12-01 17:32:32.270592');
INSERT INTO "trials" VALUES(40,39,1,'COMPLETE','2026-12-01 17:32:32.295926','2026-12-01 17:32:32.523003');
INSERT INTO "trials" VALUES(41,40,1,'PRUNED','2026-12-01 17:32:32.548108','2026-12-01 17:32:32.763747');
INSERT INTO "trials" VALUES(42,41,1,'COMPLETE','2026-12-01 17:32:32.787725','2026-12-01 17:32:33.002563');
INSERT INTO "trials" VALUES(43,42,1,'COMPLETE','2026-12-01 17:32:33.031797','2026-12-01 17:32:33.258734');
INSERT INTO "trials" VALUES(44,43,1,'COMPLETE','2026-12-01 17:32:33.283689','2026-12-01 17:32:33.501862');
INSERT INTO "trials" VALUES(45,44,1,'COMPLETE','2026-12-01 17:32:33.523915','2026-12-01 17:32:33.746887');
INSERT INTO "trials" VALUES(46,45,1,'PRUNED','2026-12-01 17:32:33.771574','2026-12-01 17:32:33.970718');
INSERT INTO "trials" VALUES(47,46,1,'COMPLETE','2026-12-01 17:32:33.996025','2026-12-01 17:32:34.230599');
INSERT INTO "trials" VALUES(48,47,1,'COMPLETE','2026-12-01 17:32:34.251852','2026-12-01 17:32:34.462388');
INSERT INTO "trials" VALUES(49,48,1,'COMPLETE','2026-12-01 17:32:34.483354','2026-12-01 17:32:34.710961');
INSERT INTO "trials" VALUES(50,49,1,'COMPLETE','2026-12-01 17:32:34.735271','2026-12-01 17:32:34.965904');
INSERT INTO "trials" VALUES(51,50,1,'RUNNING','2026-12-01 17:32:34.983471',NULL);
INSERT INTO "trials" VALUES(52,51,1,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(53,0,2,'COMPLETE','2026-12-01 17:32:35.062122','2026-12-01 17:32:35.107024');
INSERT INTO "trials" VALUES(54,1,2,'COMPLETE','2026-12-01 17:32:35.135990','2026-12-01 17:32:35.179160');
INSERT INTO "trials" VALUES(55,2,2,'COMPLETE','2026-12-01 17:32:35.207431','2026-12-01 17:32:35.251333');
INSERT INTO "trials" VALUES(56,3,2,'COMPLETE','2026-12-01 17:32:35.274174','2026-12-01 17:32:35.330126');
INSERT INTO "trials" VALUES(57,4,2,'COMPLETE','2026-12-01 17:32:35.359057','2026-12-01 17:32:35.413990');
INSERT INTO "trials" VALUES(58,5,2,'COMPLETE','2026-12-01 17:32:35.439702','2026-12-01 17:32:35.479981');
INSERT INTO "trials" VALUES(59,6,2,'COMPLETE','2026-12-01 17:32:35.504026','2026-12-01 17:32:35.551333');
INSERT INTO "trials" VALUES(60,7,2,'COMPLETE','2026-12-01 17:32:35.575818','2026-12-01 17:32:35.618978');
INSERT INTO "trials" VALUES(61,8,2,'COMPLETE','2026-12-01 17:32:35.630530','2026-12-01 17:32:35.684191');
INSERT INTO "trials" VALUES(62,9,2,'COMPLETE','2026-12-01 17:32:35.707251','2026-12-01 17:32:35.750634');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
COMMIT;
